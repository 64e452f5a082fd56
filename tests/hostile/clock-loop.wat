;; expect: guest.deadline
;; timeout: 1s
(func $invoke (result i32)
  (loop $again (global.set $free (i32.const 65536)) (call $facts (i32.const 32768)) (br $again))
  (unreachable))
