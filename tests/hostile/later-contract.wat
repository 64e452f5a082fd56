;; expect: connector.load
(component
  (import "switchboard:connector/http@9.0.0" (instance (export "send" (func)))))
