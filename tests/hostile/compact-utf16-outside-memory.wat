;; expect: guest.trap
;; encoding: compact
;; Latin-1 or UTF-16 by the highest bit of the length.
(func $invoke (result i32) (call $ok (i32.const 64) (i32.const 0xfffffff0)))
