"""How the report looks: one column of text, tables and plots, in the reader's own light or dark."""

PAGE = """
:root { color-scheme: light dark; --ground: #ffffff; --text: #1c1e21; --faint: #646a73; --rule: #e2e4e8;
  --card: #f6f7f9; --s1: #2463c9; --s2: #c2571a; --s3: #0f7b6c; --s4: #7d4bb8; }
@media (prefers-color-scheme: dark) { :root { --ground: #16181b; --text: #e6e8eb; --faint: #9aa1ab;
  --rule: #32363c; --card: #1f2226; --s1: #7aa8f5; --s2: #f09a5e; --s3: #4fc2ae; --s4: #bd94ea; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 40px 0 8px; padding-top: 16px; border-top: 1px solid var(--rule); }
h3 { font-size: 15px; margin: 20px 0 4px; }
p { margin: 4px 0 10px; max-width: 75ch; }
.lead { font-size: 16px; }
.small, small, figcaption { color: var(--faint); font-size: 13px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 12px 24px;
  background: var(--card); border-radius: 8px; padding: 16px; margin: 16px 0 0; }
.facts dt { color: var(--faint); font-size: 13px; } .facts dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 8px 0 12px; max-width: 100%; }
th, td { padding: 6px 20px 6px 0; border-bottom: 1px solid var(--rule); text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--faint); font-weight: 600; font-size: 13px; }
td small { display: block; }
.numbers td:not(:first-child), .numbers th:not(:first-child) { text-align: right;
  font-variant-numeric: tabular-nums; padding: 6px 0 6px 24px; white-space: nowrap; }
details { margin: 8px 0; } summary { cursor: pointer; color: var(--faint); }
pre { white-space: pre-wrap; font: inherit; max-width: 75ch; }
code { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
figure { margin: 0; }
.grids { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 16px; }
.grids.wide { grid-template-columns: repeat(auto-fill, minmax(480px, 1fr)); }
.grids img { width: 100%; height: auto; display: block; border-radius: 4px; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(440px, 1fr)); gap: 20px 28px; }
@media (max-width: 560px) { .plots, .grids.wide { grid-template-columns: 1fr; } }
figure > svg { display: block; width: 100%; height: auto; }
"""

PLOTS = """
svg text { fill: var(--text); font-size: 13px; } svg .title { font-weight: 600; font-size: 14px; }
svg .tick { fill: var(--faint); font-size: 12px; }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .raw { fill: none; stroke-width: 1; opacity: 0.35; }
svg .band { stroke: none; opacity: 0.16; } svg .point { stroke: none; }
""" + "".join(
    f"svg .line.s{i}, svg .raw.s{i} {{ stroke: var(--s{i}); }}\n"
    f"svg .band.s{i}, svg .point.s{i} {{ fill: var(--s{i}); }}\n"
    for i in range(1, 5)
)

STYLE = PAGE + PLOTS
"""Of a page."""
LIGHT = (
    "svg { --ground: #ffffff; --text: #1c1e21; --faint: #646a73; --rule: #e2e4e8; --s1: #2463c9; "
    "--s2: #c2571a; --s3: #0f7b6c; --s4: #7d4bb8; background: #ffffff; "
    "font-family: system-ui, sans-serif; }" + PLOTS
)
"""Of a plot alone."""
