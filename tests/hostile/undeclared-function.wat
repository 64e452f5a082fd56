;; expect: connector.load
;; An interface of the contract, with a function that it has not.
(component
  (import "switchboard:connector/http@0.1.0" (instance (export "steal" (func)))))
