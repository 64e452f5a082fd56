;; expect: guest.deadline
;; timeout: 1s
(func $invoke (result i32)
  (local $at i32)
  (local.set $at (call $room (i32.const 41943040)))
  (loop $again (memory.fill (local.get $at) (i32.const 7) (i32.const 41943040)) (br $again))
  (unreachable))
