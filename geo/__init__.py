"""Facts about the town: layers, rules, datum, lane network, passability."""
