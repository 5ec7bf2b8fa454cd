# Field sets, managedFields and server-side apply.
set(APPLY_SOURCES
  src/apply/apply.cpp
  src/apply/field_set.cpp
  src/apply/field_set_json.cpp
  src/apply/json_compare.cpp
  src/apply/json_merge.cpp
  src/apply/json_walk.cpp
  src/apply/managed.cpp
  src/apply/message_compare.cpp
  src/apply/scale.cpp
  src/apply/schema.cpp
  src/apply/structural.cpp)
