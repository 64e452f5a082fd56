;; expect: guest.trap
;; encoding: utf16
(data (i32.const 50000) "{\00\00\d8}\00")
(func $invoke (result i32) (call $ok (i32.const 50000) (i32.const 3)))
