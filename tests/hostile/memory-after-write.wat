;; expect: guest.memory
;; effect: write
(func $invoke (result i32)
  (call $write)
  (loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
  (unreachable))
