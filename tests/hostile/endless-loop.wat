;; expect: guest.cpu
(func $invoke (result i32) (call $spin) (unreachable))
