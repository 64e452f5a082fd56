;; expect: guest.trap
(func $invoke (result i32) (i32.load (i32.const -4)))
