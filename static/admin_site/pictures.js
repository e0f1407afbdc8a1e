// A place to drop a picture, a look at it before it is sent, and its focal point chosen by clicking on it.
// Without this there is the file field and two numbers, which stay. What is refused for good, the server refuses.

const STEP = 0.01;
const LEAP = 0.1;
const VIEW = [400, 300]; // pixels, within which the picture is shown
const CARD = [300, 157.5]; // the shape of the card that other sites make of our links

const clamp = (number) => Math.min(1, Math.max(0, number));

class PictureInput {
  constructor(zone) {
    this.zone = zone;
    this.input = zone.querySelector("input[type=file]");
    this.view = zone.querySelector(".picture-input__view");
    this.status = zone.querySelector(".picture-input__status");
    this.fields = ["x", "y"].map((axis) => document.getElementById(`id_focal_${axis}`));
    zone.classList.add("picture-input--live");
    this.input.addEventListener("change", () => this.take(this.input.files[0]));
    this.listenForDrops();
    const shown = this.view.querySelector("img");
    if (shown) this.show(shown);
  }

  listenForDrops() {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    // A file dropped beside the zone would otherwise replace the page, and what was typed into it.
    for (const name of ["dragover", "drop"]) {
      document.addEventListener(name, (event) => hasFiles(event) && event.preventDefault());
    }
    document.addEventListener("dragover", (event) => {
      this.zone.classList.toggle("picture-input--over", hasFiles(event) && this.zone.contains(event.target));
    });
    this.zone.addEventListener("dragleave", (event) => {
      if (!this.zone.contains(event.relatedTarget)) this.zone.classList.remove("picture-input--over");
    });
    this.zone.addEventListener("drop", (event) => {
      this.zone.classList.remove("picture-input--over");
      if (event.dataTransfer.files.length) this.put(event.dataTransfer.files);
    });
    document.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) this.put(event.clipboardData.files);
    });
  }

  put(files) {
    if (files.length > 1) {
      this.say("That is more than one file. Drop one picture at a time.", true);
      return;
    }
    this.input.files = files;
    this.take(files[0]);
  }

  async take(file) {
    if (!file) return;
    const problem = this.problemWith(file);
    if (problem) {
      this.input.value = "";
      this.say(problem, true);
      return;
    }
    try {
      const bitmap = await createImageBitmap(file);
      // Twice the size, for dense screens.
      const scale = Math.min(1, (2 * VIEW[0]) / bitmap.width, (2 * VIEW[1]) / bitmap.height);
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [bitmap.width * scale, bitmap.height * scale].map((side) => Math.max(1, side));
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", "The picture that you chose");
      const size = [bitmap.width, bitmap.height].map((side) => side.toLocaleString("en-US")).join(" × ");
      this.say(`${file.name}: ${size} pixels. It is kept when you save.`);
      bitmap.close();
      this.show(canvas);
    } catch {
      this.input.value = "";
      this.say("This file cannot be read as a picture. Export it again as JPEG, PNG or WebP.", true);
    }
  }

  problemWith(file) {
    if (file.type === "image/svg+xml") return "An SVG can carry a program. Export it as PNG, twice as wide as it will be shown.";
    if (!this.zone.dataset.types.split(" ").includes(file.type)) return "Only JPEG, PNG and WebP pictures are taken. Export it as one of these.";
    const most = Number(this.zone.dataset.maxBytes);
    if (file.size > most) return `This file has more than ${most / 1024 / 1024} megabytes. Scale the picture down to 2,560 pixels in width.`;
    return "";
  }

  say(words, isProblem = false) {
    this.status.textContent = words;
    this.status.classList.toggle("picture-input__status--problem", isProblem);
  }

  // The focal point

  show(picture) {
    this.picture = picture;
    this.frame = document.createElement("div");
    const frame = this.frame;
    frame.className = "picture-input__frame";
    frame.append(picture);
    this.view.replaceChildren(frame);
    this.view.hidden = false;
    if (this.fields.some((field) => !field)) return;
    this.point = document.createElement("button");
    this.point.type = "button";
    this.point.className = "picture-input__point";
    this.point.addEventListener("keydown", (event) => this.key(event));
    frame.append(this.point);
    frame.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      frame.setPointerCapture(event.pointerId);
      this.point.focus();
      this.follow(event, frame);
    });
    frame.addEventListener("pointermove", (event) => {
      if (frame.hasPointerCapture(event.pointerId)) this.follow(event, frame);
    });
    this.card = document.createElement("canvas");
    [this.card.width, this.card.height] = CARD.map((side) => side * 2);
    this.card.setAttribute("role", "img");
    this.card.setAttribute("aria-label", "The part of the picture that share cards show");
    const figure = document.createElement("figure");
    figure.className = "picture-input__card";
    const caption = document.createElement("figcaption");
    caption.textContent = "On share cards. Click the picture on what must stay in view.";
    figure.append(this.card, caption);
    this.view.append(figure);
    for (const field of this.fields) field.oninput = () => this.mark();
    this.fit();
    if (picture.decode) picture.decode().then(() => this.fit(), () => {});
  }

  get size() {
    return [this.picture.naturalWidth ?? this.picture.width, this.picture.naturalHeight ?? this.picture.height];
  }

  // The frame is exactly as large as the picture in it, so that a place in one is a place in the other.
  fit() {
    const [width, height] = this.size;
    if (!width || !height) return;
    const scale = Math.min(VIEW[0] / width, VIEW[1] / height, Math.max(1, 96 / width));
    this.frame.style.width = `${width * scale}px`;
    this.frame.style.aspectRatio = `${width} / ${height}`;
    this.mark();
  }

  get focus() {
    return this.fields.map((field) => {
      const number = Number.parseFloat(field.value);
      return Number.isFinite(number) ? clamp(number) : 0.5;
    });
  }

  set focus(point) {
    point.forEach((number, index) => {
      this.fields[index].value = clamp(number).toFixed(2);
    });
    this.mark();
  }

  follow(event, frame) {
    const box = frame.getBoundingClientRect();
    this.focus = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  key(event) {
    const step = event.shiftKey ? LEAP : STEP;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!move) return;
    event.preventDefault();
    this.focus = this.focus.map((number, index) => number + move[index]);
  }

  mark() {
    const [x, y] = this.focus;
    this.point.style.left = `${x * 100}%`;
    this.point.style.top = `${y * 100}%`;
    const [across, down] = [x, y].map((number) => Math.round(number * 100));
    this.point.setAttribute(
      "aria-label",
      `Focal point: ${across} percent from the left, ${down} percent from the top. The arrow keys move it.`,
    );
    this.drawCard(x, y);
  }

  // As editorial/pictures/renditions.py cuts it.
  drawCard(x, y) {
    const [width, height] = this.size;
    if (!width || !height) return;
    const part = Math.min(width / CARD[0], height / CARD[1]);
    const [across, down] = CARD.map((side) => side * part);
    const left = Math.min(Math.max(0, width * x - across / 2), width - across);
    const top = Math.min(Math.max(0, height * y - down / 2), height - down);
    const paper = this.card.getContext("2d");
    paper.fillStyle = "white";
    paper.fillRect(0, 0, this.card.width, this.card.height);
    paper.drawImage(this.picture, left, top, across, down, 0, 0, this.card.width, this.card.height);
  }
}

for (const zone of document.querySelectorAll(".picture-input")) new PictureInput(zone);
