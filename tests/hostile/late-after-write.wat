;; expect: guest.deadline
;; effect: write
;; timeout: 1s
(func $invoke (result i32) (call $write) (call $spin) (unreachable))
