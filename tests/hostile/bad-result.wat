;; expect: guest.trap
;; Neither ok nor a problem.
(func $invoke (result i32) (drop (call $done)) (i32.store8 (i32.const 36864) (i32.const 9)) (i32.const 36864))
