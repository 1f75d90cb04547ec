# The ideas of Rust, each with the page and the section that explain it: see Roundtrip.Concepts.
in_page = fn page ->
  fn section, concepts ->
    for {name, words, use} <- concepts,
        do: %{name: name, page: page, section: section, words: words, use: use}
  end
end

in_rust = in_page.("rust")
in_messages = in_page.("messages")

# A reader's first cell, before anything is explained, has one NIF.
first_cell = fn concepts -> for concept <- concepts, do: Map.put(concept, :except, ["index"]) end

first_cell.(
  in_rust.("Functions and expressions", [
    {"attributes", ["attribute"], ~r/#!?\[/},
    {"expressions", ["expression"], ~r/\bfn \w+/}
  ])
) ++
  in_rust.("Functions and expressions", [
    {"macros", ["macro"], ~r/\b(?!macro_rules)[a-z_]+!\s*[(\[{]/}
  ]) ++
  in_rust.("Numbers and variables", [
    {"let mut", ["mut", "variables"], ~r/\blet mut\b/},
    {"const and static", ["const", "static"], ~r/^\s*(pub(\(crate\))? )?(const|static) [A-Z]/m}
  ]) ++
  in_rust.("Match and Option", [
    {"match", ["match"], ~r/\bmatch\b/},
    {"Option", ["option"], ~r/\bOption</}
  ]) ++
  in_rust.("Result and the question mark", [
    {"Result", ["result"], ~r/\b(Nif)?Result</},
    {"?", ["question mark"], ~r/[)\w]\?[;.),\s]/}
  ]) ++
  in_rust.("One owner", [
    {"ownership, move and drop", ["owner"], ~r/\bmove\b|\bdrop\(|\bimpl Drop\b/},
    {"clone", ["clone"], ~r/\.clone\(\)/}
  ]) ++
  in_rust.("Borrowing", [
    {"references and borrowing", ["borrow"], ~r/(?<![&\w])&(?!&)(mut )?\w/},
    {"&str", ["&str", "string slice"], ~r/&str\b/}
  ]) ++
  in_rust.("Lifetimes", [
    {"lifetimes", ["lifetime"], ~r/<'\w+|&'\w+/}
  ]) ++
  in_rust.("Structs, methods and modules", [
    {"structs and their literals", ["struct"], ~r/\bstruct \w+/},
    {"impl", ["impl", "method"], ~r/^\s*impl\b/m},
    {"modules", ["module"], ~r/\bmod \w+/},
    {"use", ["`use`"], ~r/^\s*(pub(\(crate\))? )?use \w/m}
  ]) ++
  in_rust.("Enums with fields", [
    {"enums", ["enum"], ~r/\benum \w+/}
  ]) ++
  in_rust.("Traits", [
    {"traits", ["trait"], ~r/\btrait \w+|\bimpl(<[^>]*>)? [\w:]+(<[^>]*>)? for\b/},
    {"generics", ["generic"], ~r/\bfn \w+<[A-Z]/}
  ]) ++
  in_rust.("Vectors, iterators and closures", [
    {"Vec", ["vec"], ~r/\bVec<|\bvec!/},
    {"iterators", ["iterator"], ~r/\.(into_)?iter\(\)/},
    {"closures", ["closure"], ~r/[(=,] ?(move )?\|[^|]*\|/}
  ]) ++
  in_rust.("Box and Arc", [
    {"Box", ["box"], ~r/\bBox(<|::)/},
    {"dyn", ["dyn", "trait object"], ~r/\bdyn \w/},
    {"Arc", ["arc"], ~r/\bArc(<|::)/}
  ]) ++
  in_messages.("Never more than asked for", [
    {"condition variables", ["condition variable"], ~r/\bCondvar\b/}
  ])
