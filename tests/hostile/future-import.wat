;; expect: connector.compile
;; Waiting without an end: futures are switched off.
(component
  (import "switchboard:connector/http@0.1.0" (instance (export "wait" (func (result (future u32)))))))
