;; expect: connector.load
(start $spin)
(func $invoke (result i32) (call $done))
