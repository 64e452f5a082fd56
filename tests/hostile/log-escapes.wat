;; expect: ok
(data (i32.const 50000) "\1b[2Jgone\1b]0;title\07\00\0aerror[ok]: forged\0d\e2\80\aereversed\e2\81\a6")
(func $invoke (result i32) (call $log (i32.const 2) (i32.const 50000) (i32.const 56)) (call $done))
