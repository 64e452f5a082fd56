;; expect: guest.trap
;; The host is called on every level, the last time with next to no stack left.
(func $invoke (result i32)
  (global.set $free (i32.const 65536))
  (call $facts (i32.const 32768))
  (i32.add (call $invoke) (i32.const 1)))
