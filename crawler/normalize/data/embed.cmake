# SPDX-License-Identifier: Apache-2.0

# Writes OUTPUT, a C++ file that holds the tables of DATA_DIR as text.
# Usage: cmake -DDATA_DIR=... -DOUTPUT=... -P embed.cmake
file(GLOB tables RELATIVE ${DATA_DIR} ${DATA_DIR}/*.tsv)
list(SORT tables)
set(text "#include \"crawler/normalize/table.h\"\n\nnamespace cis::crawler {\n\n")
string(APPEND text "absl::string_view EmbeddedTable(absl::string_view name) {\n")
foreach(table IN LISTS tables)
  get_filename_component(stem ${table} NAME_WE)
  file(READ ${DATA_DIR}/${table} content)
  string(APPEND text "  if (name == \"${stem}\") {\n    return R\"CISTABLE(${content})CISTABLE\";\n  }\n")
endforeach()
string(APPEND text "  return \"\";\n}\n\n")
string(APPEND text "absl::Span<const absl::string_view> EmbeddedTableNames() {\n")
string(APPEND text "  static constexpr absl::string_view kNames[] = {\n")
foreach(table IN LISTS tables)
  get_filename_component(stem ${table} NAME_WE)
  string(APPEND text "      \"${stem}\",\n")
endforeach()
string(APPEND text "  };\n  return kNames;\n}\n\n}  // namespace cis::crawler\n")
file(WRITE ${OUTPUT} "${text}")
