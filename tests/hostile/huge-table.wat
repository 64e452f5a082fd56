;; expect: connector.load
(table $table 4000000000 funcref)
(func $invoke (result i32) (call $done))
