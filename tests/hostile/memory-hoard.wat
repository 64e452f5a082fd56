;; expect: ok
;; All the memory that a call may have, every page of it written.
(func $invoke (result i32)
  (local $at i32)
  (local.set $at (call $room (i32.const 52428800)))
  (memory.fill (local.get $at) (i32.const 1) (i32.const 52428800))
  (call $done))
