;; expect: guest.trap
(func $invoke (result i32) (i32.add (call $done) (i32.const 1)))
