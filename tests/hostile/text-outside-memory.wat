;; expect: guest.trap
(func $invoke (result i32) (call $ok (i32.const -16) (i32.const 1000)))
