// What YAML itself allows and a configuration does not.
#include "tests/unit/config/edited_file.h"

namespace sealane::config {
namespace {

constexpr BadFile kBadYaml[] = {
    {"Anchor",
     "design.yaml",
     9,
     "vids: [1, 2]",
     "vids: &lans [1, 2]",
     "9:73: anchors (&name) are not accepted; write the value out"},
    {"AnchorAndAlias",
     "pair.yaml",
     11,
     "vids: [1, 2]",
     "vids: &lans [1, 2], qos_priority: *lans",
     "11:73: anchors (&name) are not accepted; write the value out\n"
     "11:101: aliases (*name) are not accepted; write the value out"},
    {"MergeKey",
     "design.yaml",
     18,
     "mac: auto",
     "<<: {mac: auto}",
     "18:66: merge keys (<<) are not accepted; write the keys out"},
    {"TypeTag",
     "design.yaml",
     18,
     "pvid: 1",
     "pvid: !!int 1",
     "18:63: the type tag \"tag:yaml.org,2002:int\" is not accepted; leave it out"},
    {"KeyThatIsAList",
     "design.yaml",
     18,
     "mac: auto",
     "[a, b]: auto",
     "18:66: a key is a list; a key is one word"},
    {"SecondDocument",
     "design.yaml",
     15,
     "  - name: lpar1",
     "---\nsystem: frame2\npartitions:\n  - name: lpar1",
     "15:1: a second document begins here; a file describes one system"},
    {"TabInTheIndentation",
     "design.yaml",
     16,
     "    type",
     "	type",
     "16:1: a tab in the indentation; indent with spaces"},
    {"MissingBracket",
     "design.yaml",
     9,
     "[1, 2]",
     "[1, 2",
     "9:97: this is not YAML: illegal flow end; look for a missing quote, bracket, colon or "
     "indentation here or above"},
    {"MissingQuote",
     "design.yaml",
     8,
     "iface=up1\"",
     "iface=up1",
     "20:1: this is not YAML: end of map flow not found; look for a missing quote, bracket, colon "
     "or indentation here or above"},
    {"WrongIndentation",
     "design.yaml",
     16,
     "    type",
     "      type",
     "16:11: this is not YAML: illegal map value; look for a missing quote, bracket, colon or "
     "indentation here or above"},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Yaml, BadFileIsRefused, testing::ValuesIn(kBadYaml), name_of_case);

}  // namespace sealane::config
