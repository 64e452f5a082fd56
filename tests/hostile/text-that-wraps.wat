;; expect: guest.trap
(func $invoke (result i32) (call $ok (i32.const 64) (i32.const -1)))
