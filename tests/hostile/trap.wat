;; expect: guest.trap
(func $invoke (result i32) (unreachable))
