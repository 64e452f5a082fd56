;; expect: guest.output
(data (i32.const 50000) "[")
(func $invoke (result i32) (call $ok (call $repeat (i32.const 1000000) (i32.const 50000) (i32.const 1)) (i32.const 1000000)))
