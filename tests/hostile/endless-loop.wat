;; expect: guest.cpu
(func $invoke (result i32) (loop $again (br $again)) (unreachable))
