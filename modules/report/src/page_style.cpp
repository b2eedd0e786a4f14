#include "page_style.h"

namespace lineguard::report {

// Blue and orange stay apart for every kind of colour blindness.
const std::string_view kPageStyle = R"css(
:root{color-scheme:light dark;--paper:#fff;--panel:#f4f6f8;--ink:#1b232b;--soft:#5a6772;--line:#d5dce2;--good:#1f6fb5;
--defective:#d9730d;--accent:#5b5bd6;--muted:#9aa6b0;--fine:#1d7f4b;--attention:#9a6700;--bad:#c0322b}
@media (prefers-color-scheme:dark){:root{--paper:#12171c;--panel:#1b222a;--ink:#e6ebef;--soft:#9dabb7;--line:#323d47;
--good:#5aa9ea;--defective:#f29a4a;--accent:#9a97ff;--muted:#697682;--fine:#5cc98d;--attention:#e0b13e;--bad:#f2756d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1080px;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
p{margin:.5rem 0;max-width:75ch;overflow-wrap:anywhere}
.subtitle,.note{color:var(--soft)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:1rem 0;font-size:.85rem}
.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:.75rem;margin:1.25rem 0}
.tile{background:var(--panel);border-radius:.6rem;border-left:.3rem solid var(--muted);padding:.8rem 1rem}
.tile .name{font-size:.85rem;color:var(--soft)}
.tile .value{font-size:1.7rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.tile .note{font-size:.8rem;line-height:1.35}
.fine{border-color:var(--fine)}.attention{border-color:var(--attention)}.bad{border-color:var(--bad)}
.notice{background:var(--panel);border-left:.3rem solid var(--muted);border-radius:.4rem;padding:.7rem 1rem;margin:1rem 0}
.notice.fine{border-color:var(--fine)}.notice.attention{border-color:var(--attention)}.notice.bad{border-color:var(--bad)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem;margin:.75rem 0}
th,td{text-align:left;padding:.4rem .7rem;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word}
th{color:var(--soft);font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal}
@media(min-width:60rem){td.number{white-space:nowrap}}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(440px,100%),1fr));gap:1rem}
.plots figure{margin:0;background:var(--panel);border-radius:.6rem;padding:.8rem}
.plots figcaption{font-weight:600;margin-bottom:.3rem}
svg{width:100%;height:auto;display:block}
svg text{fill:var(--soft);font-size:12px;font-family:inherit}
svg .grid{stroke:var(--line);stroke-width:1}
svg .axis{stroke:var(--soft);stroke-width:1}
svg .marker{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:5 4}
svg .marker-text,svg .strong{fill:var(--ink)}
.f-good{fill:var(--good)}.f-defective{fill:var(--defective)}.f-accent{fill:var(--accent)}.f-muted{fill:var(--muted)}
.s-good{stroke:var(--good)}.s-defective{stroke:var(--defective)}.s-accent{stroke:var(--accent)}.s-muted{stroke:var(--muted)}
.tip{fill:transparent}.tip:hover{stroke:var(--ink);stroke-width:1.5}
.slider{background:var(--panel);border-radius:.6rem;padding:.8rem 1rem;margin:1.25rem 0}
.slider input{width:100%;accent-color:var(--accent)}
.chip{display:inline-block;border-radius:.6rem;padding:0 .5rem;margin-right:.4rem;background:var(--fine);color:var(--paper);font-size:.8rem}
.wrong .chip{background:var(--bad)}.gallery .wrong{outline:2px solid var(--bad)}
dialog{max-width:96vw;border:0;border-radius:.6rem;background:var(--paper);color:var(--ink)}dialog::backdrop{background:#000a}
dialog button{font:inherit;margin-right:.5rem;padding:.3rem .8rem}
.beside{display:flex;flex-wrap:wrap;gap:1rem}.beside figure{margin:0;flex:1 1 min(480px,90vw)}
.beside img{width:100%;height:auto;image-rendering:auto;cursor:default}
a{color:inherit}.gallery img{cursor:zoom-in}
.area{opacity:.6}.line{fill:none;stroke-width:2}.dashed{stroke-dasharray:3 4}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:1rem}
.gallery figure{margin:0;background:var(--panel);border-radius:.6rem;overflow:hidden}
.gallery img{display:block;width:100%;height:250px;object-fit:contain;background:#000}
.gallery figcaption{padding:.5rem .7rem .7rem;font-size:.85rem;overflow-wrap:anywhere}
.gallery .note{font-size:.8rem}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(440px,100%),1fr));gap:1.25rem}
.pairs .gallery{grid-template-columns:1fr 1fr;gap:.25rem}
.signatures{display:grid;grid-template-columns:1fr 1fr;gap:2rem;margin-top:3.5rem;break-inside:avoid}
.signatures div{border-top:1px solid var(--soft);padding-top:.3rem;color:var(--soft);font-size:.85rem}
footer{margin-top:3rem;color:var(--soft);font-size:.85rem}
@media print{.slider input,dialog{display:none}body{font-size:11pt}main{max-width:none;padding:0}.tile,.notice,figure,section,tr{break-inside:avoid}
h2{break-after:avoid}.tile,.notice,.plots figure,.gallery figure{border:1px solid var(--line)}
.scroll{overflow:visible}table{font-size:8pt}th,td{padding:.2rem .35rem}
body{font-size:10pt;line-height:1.4}h1{font-size:16pt}h2{font-size:12pt;margin:1.1rem 0 .4rem}p{max-width:none;margin:.3rem 0}
.tile{padding:.5rem .8rem}.tiles{margin:.7rem 0}.notice{padding:.4rem .8rem;margin:.6rem 0}.facts{margin:.5rem 0}
.signatures{margin-top:2.5rem}footer{margin-top:1.5rem}}
)css";

}  // namespace lineguard::report
