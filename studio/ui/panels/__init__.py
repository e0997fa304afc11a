"""The sections of the right column: model, label, colour hints, layers."""
