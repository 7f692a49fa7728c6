// Character references of HTML (&lt; &#233; &#xE9; &eacute), replaced in place as HTML::Parser 3.81 does it
// with the names of HTML::Entities.
#pragma once

namespace thresh::html {

struct DecodedEntities {
  char* end;        // of the text, which only gets shorter
  bool characters;  // the text is a string of characters now: it was one before, or a reference is above
                    // U+00FF
};

// `characters`: what the text is before. `by_prefix`: a name that goes on into other letters counts by its
// longest known beginning (&ltfoo, as in text but not in attributes). Takes time linear in the length.
[[nodiscard]] DecodedEntities decode_entities(char* begin, char* end, bool characters, bool by_prefix);

}  // namespace thresh::html
