;; expect: guest.cpu
;; effect: write
(func $invoke (result i32) (call $write) (call $spin) (unreachable))
