#include "control/config/yaml.h"

#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "control/config/load.h"
#include "control/config/text.h"

namespace sealane::config {
namespace {

Place place_of(const YAML::Mark& mark) {
    return {mark.line + 1, mark.column + 1};  // yaml-cpp counts from 0
}

/// Builds the tree out of the parser's events.  Of a second document it only takes the place.
class TreeBuilder : public YAML::EventHandler {
  public:
    explicit TreeBuilder(Source& source) : source_(source) {}

    [[nodiscard]] std::optional<YamlValue> take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override { document_ = place_of(mark); }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        leaf(YamlValue::Kind::Null, mark, "", anchor, "");
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
        source_.fault(place_of(mark), "aliases (*name) are not accepted; write the value out");
        leaf(YamlValue::Kind::Refused, mark, "", 0, "");
    }

    void OnScalar(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  const std::string& value) override {
        leaf(YamlValue::Kind::Scalar, mark, tag, anchor, value);
    }

    void OnSequenceStart(const YAML::Mark& mark,
                         const std::string& tag,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(YamlValue::Kind::List, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark,
                    const std::string& tag,
                    YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(YamlValue::Kind::Map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

    [[nodiscard]] Place document() const { return document_; }

  private:
    /// A list or map that is still open.
    struct Open {
        YamlValue value;
        std::optional<YamlMember> awaiting;  ///< In a map: the key whose value comes next.
    };

    void leaf(YamlValue::Kind kind,
              const YAML::Mark& mark,
              const std::string& tag,
              YAML::anchor_t anchor,
              const std::string& text) {
        refuse_extras(mark, tag, anchor);
        YamlValue value = empty_value(kind, mark);
        value.text = text;
        value.quoted = tag == "!";
        add(std::move(value));
    }

    void open(YamlValue::Kind kind,
              const YAML::Mark& mark,
              const std::string& tag,
              YAML::anchor_t anchor) {
        refuse_extras(mark, tag, anchor);
        if (open_.size() == kMaxYamlDepth && !too_deep_) {
            too_deep_ = true;
            source_.fault(place_of(mark),
                          "nested more than " + std::to_string(kMaxYamlDepth) +
                              " deep; no part of a configuration is");
        }
        if (!too_deep_) {
            open_.push_back({empty_value(kind, mark), std::nullopt});
        }
    }

    void close() {
        if (too_deep_) return;
        YamlValue value = std::move(open_.back().value);
        open_.pop_back();
        add(std::move(value));
    }

    void add(YamlValue value) {
        if (too_deep_) return;
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        Open& parent = open_.back();
        if (parent.value.kind == YamlValue::Kind::List) {
            parent.value.items.push_back(std::move(value));
        } else if (!parent.awaiting) {
            parent.awaiting = key_of(value);
        } else {
            parent.awaiting->value = std::move(value);
            if (parent.awaiting->value.kind == YamlValue::Kind::Null) {
                // The parser's place of nothing is where it noticed, often lines below.
                parent.awaiting->value.place = parent.awaiting->place;
            }
            if (!parent.awaiting->key.empty()) {
                parent.value.members.push_back(std::move(*parent.awaiting));
            }
            parent.awaiting.reset();
        }
    }

    /// A member without a value yet; without a key if this can't be one, and said so.
    YamlMember key_of(const YamlValue& value) {
        if (value.kind != YamlValue::Kind::Scalar || value.text.empty()) {
            const bool is_empty =
                value.kind == YamlValue::Kind::Null || value.kind == YamlValue::Kind::Scalar;
            source_.fault(value.place,
                          "a key " + std::string(is_empty ? "is missing" : found_as(value.kind)) +
                              "; a key is one word");
            return nameless(value.place);
        }
        if (value.text == "<<") {
            source_.fault(value.place, "merge keys (<<) are not accepted; write the keys out");
            return nameless(value.place);
        }
        return {value.text, value.place, {}};
    }

    static YamlMember nameless(Place place) { return {"", place, {}}; }

    static YamlValue empty_value(YamlValue::Kind kind, const YAML::Mark& mark) {
        YamlValue value;
        value.kind = kind;
        value.place = place_of(mark);
        return value;
    }

    void refuse_extras(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != 0) {
            source_.fault(place_of(mark), "anchors (&name) are not accepted; write the value out");
        }
        if (!tag.empty() && tag != "?" && tag != "!") {
            source_.fault(place_of(mark),
                          "the type tag " + quote(tag) + " is not accepted; leave it out");
        }
    }

    Source& source_;
    std::vector<Open> open_;
    std::optional<YamlValue> root_;
    Place document_;
    bool too_deep_ = false;
};

/// Reads the one document.  False where yaml-cpp could not read on.
bool parse_documents(const std::string& text, Source& source, std::optional<YamlValue>& root) {
    TreeBuilder builder(source);
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        if (parser.HandleNextDocument(builder)) {
            root = builder.take_root();
            Source unread("");  // faults of what is refused as a whole don't matter
            TreeBuilder second(unread);
            if (parser.HandleNextDocument(second)) {
                source.fault(second.document(),
                             "a second document begins here; a file describes one system");
            }
        }
    } catch (const YAML::Exception& error) {
        root.reset();
        source.fault(place_of(error.mark),
                     "this is not YAML: " + error.msg +
                         "; look for a missing quote, bracket, colon or indentation here or above");
        return false;
    }
    return true;
}

}  // namespace

std::optional<YamlValue> parse_yaml(std::string_view text, Source& source) {
    if (text.size() > kMaxFileBytes) {
        source.fault({}, "larger than 16 MiB; a configuration is a small text file");
        return std::nullopt;
    }
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);  // byte order mark
    if (const auto stray = find_stray_byte(text)) {
        source.fault(stray->place, stray->what);
        return std::nullopt;
    }
    std::optional<YamlValue> root;
    if (!parse_documents(std::string(text), source, root)) return std::nullopt;
    if (!root && !source.has_faults()) {
        source.fault({1, 1},
                     "the file is empty; a configuration has system, vswitches and partitions");
    }
    return root;
}

std::string_view found_as(YamlValue::Kind kind) {
    switch (kind) {
        case YamlValue::Kind::Null:
            return "has no value";
        case YamlValue::Kind::Scalar:
            return "is a single value";
        case YamlValue::Kind::List:
            return "is a list";
        case YamlValue::Kind::Map:
            return "is a map";
        case YamlValue::Kind::Refused:
            break;
    }
    return "is not readable";
}

}  // namespace sealane::config
