// What shapes, colours and lines mean.
const SHAPES = {
  peers: "M-9 0a9 9 0 1 0 18 0a9 9 0 1 0 -18 0z",
  clinicians: "M-7.5 -7.5h15v15h-15z",
  managers: "M0 -10L10 0L0 10L-10 0z",
  users: "M0 -6L6 4.5H-6z",
};
const PEOPLE = [
  ["peers", "", "peer worker"],
  ["clinicians", "", "clinician or other staff"],
  ["managers", "", "manager"],
  ["users", "", "service user"],
  ["clinicians", "watch-away", "off sick"],
  ["clinicians", "watch-vacant", "vacant post"],
  ["clinicians", "watch-new", "new this week"],
  ["clinicians", "watch-vacant watch-gone", "left this week"],
];
const LINES = [
  ["user", 1, "met a service user"],
  ["colleague", 1.8, "met a colleague"],
  ["fellow", 2.4, "met a fellow peer worker"],
  ["supervision", 3.2, "supervision held"],
  ["missed", 2.2, "supervision fell out"],
  ["group", 2.2, "went to the peer group"],
];
export default {
  template: `
    <div class="watch-legend">
      <div class="watch-scale">
        <span class="watch-scale-name">{{ name }}</span>
        <span>{{ low }}, {{ least }} or less</span>
        <span class="watch-scale-bar" :style="{ background: gradient }"></span>
        <span>{{ high }}, {{ most }} or more</span>
      </div>
      <ul>
        <li v-for="one in people" :key="one[2]">
          <svg viewBox="-14 -14 28 28" aria-hidden="true">
            <g class="watch-person" :class="one[1]">
              <circle class="watch-halo" r="13" /><path class="watch-shape" :d="shapes[one[0]]" />
              <line v-if="one[1] === 'watch-away'" class="watch-sick" x1="-10" y1="10" x2="10" y2="-10" />
            </g>
          </svg>{{ one[2] }}
        </li>
        <li v-for="one in lines" :key="one[2]">
          <svg class="watch-legend-line" viewBox="0 0 40 28" aria-hidden="true">
            <line :class="'watch-line watch-' + one[0]" x1="2" y1="14" x2="38" y2="14" :stroke-width="one[1]" />
          </svg>{{ one[2] }}
        </li>
      </ul>
    </div>`,
  props: { name: String, least: String, most: String, low: String, high: String, gradient: String },
  data() {
    return { shapes: SHAPES, people: PEOPLE, lines: LINES };
  },
};
