;; expect: guest.trap
;; encoding: utf16
(func $invoke (result i32) (call $ok (i32.const 65) (i32.const 2)))
