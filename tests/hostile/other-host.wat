;; expect: refused.host
(data (i32.const 50000) "https://evil.example/steal")
(func $invoke (result i32) (call $get (i32.const 50000) (i32.const 26) (i32.const 0)))
