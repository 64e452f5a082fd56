;; expect: connector.load
;; Handles: the contract has none.
(component
  (import "switchboard:connector/http@0.1.0" (instance
    (export "connection" (type $connection (sub resource)))
    (export "open" (func (result (own $connection)))))))
