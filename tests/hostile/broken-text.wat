;; expect: guest.trap
(data (i32.const 50000) "\ff\fe\80")
(func $invoke (result i32) (call $ok (i32.const 50000) (i32.const 3)))
