// One measure over the weeks lived so far: a small line with its newest value in words beside it.
export default {
  template: `
    <figure class="watch-course">
      <figcaption><span>{{ name }}</span> <strong>{{ said }}</strong></figcaption>
      <svg viewBox="0 0 300 60" preserveAspectRatio="none" aria-hidden="true">
        <line class="watch-course-base" x1="0" y1="59" x2="300" y2="59" />
        <line v-for="year in years" :key="year" class="watch-course-year" :x1="year" y1="0" :x2="year" y2="60" />
        <path class="watch-course-line" :d="path" />
      </svg>
    </figure>`,
  props: { name: String, said: String, values: Array, weeks: Number, most: Number },
  computed: {
    years() {
      const years = [];
      for (let week = 52; week < this.weeks; week += 52) years.push((300 * week) / this.weeks);
      return years;
    },
    path() {
      let pen = "M";
      const steps = [];
      this.values.forEach((value, week) => {
        if (value === null) {
          pen = "M";
          return;
        }
        const x = (300 * (week + 1)) / this.weeks;
        steps.push(`${pen}${x.toFixed(1)} ${(58 - (56 * value) / this.most).toFixed(1)}`);
        pen = "L";
      });
      return steps.join("");
    },
  },
};
