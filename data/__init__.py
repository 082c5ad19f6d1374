"""Rule sets, texts and the generated demo town."""
