;; expect: guest.deadline
;; timeout: 1s
(func $invoke (result i32) (loop $again (call $log (i32.const 1) (i32.const 72) (i32.const 8)) (br $again)) (unreachable))
