#include "page_script.h"

namespace lineguard::report {

const std::string_view kPageScript = R"js(
'use strict';
for (const box of document.querySelectorAll('.slider')) {
  const stops = JSON.parse(box.querySelector('script').textContent);
  const input = box.querySelector('input'), cells = box.querySelectorAll('[data-cell]');
  const show = () => {
    const stop = stops[Number(input.value)];
    cells.forEach((cell, i) => { cell.textContent = stop.cells[i]; });
    for (const figure of document.querySelectorAll('figure[data-score]')) {
      const diverted = Number(figure.dataset.score) > stop.cut, defective = figure.dataset.truth === 'defective';
      figure.querySelector('.chip').textContent = defective ? (diverted ? 'found' : 'missed') : (diverted ? 'diverted' : 'passed');
      figure.classList.toggle('wrong', diverted !== defective);
    }
  };
  input.disabled = false;
  input.addEventListener('input', show);
  show();
}
const dialog = document.createElement('dialog'), shown = document.createElement('div'), bar = document.createElement('p');
const button = (text, action) => {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', action);
  bar.append(made);
};
button('Put another beside it', () => dialog.close('keep'));
button('Close', () => dialog.close());
dialog.addEventListener('close', () => {
  if (dialog.returnValue !== 'keep') shown.replaceChildren();
  dialog.returnValue = '';
});
shown.className = 'beside';
dialog.append(bar, shown);
document.body.append(dialog);
for (const image of document.querySelectorAll('.gallery img')) {
  image.tabIndex = 0;
  const open = () => {
    shown.append(image.closest('figure').cloneNode(true));
    dialog.showModal();
  };
  image.addEventListener('click', open);
  image.addEventListener('keydown', (event) => { if (event.key === 'Enter') open(); });
}
)js";

}  // namespace lineguard::report
