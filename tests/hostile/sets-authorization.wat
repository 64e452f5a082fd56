;; expect: refused.header
(data (i32.const 50000) "http://127.0.0.1:1/x")
(data (i32.const 51000) "authorization")
(data (i32.const 51100) "Bearer stolen")
(data (i32.const 40960) "\38\c7\00\00\0d\00\00\00\9c\c7\00\00\0d\00\00\00")
(func $invoke (result i32) (call $get (i32.const 50000) (i32.const 20) (i32.const 1)))
