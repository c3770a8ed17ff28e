// The provider as teams of people.  Where everybody sits and what colour they have is settled in Python; here it is
// drawn, kept up to date, and made to answer to a pointer and to the keyboard (one stop for Tab, arrows inside).
const SHAPES = {
  peers: "M-14 0a14 14 0 1 0 28 0a14 14 0 1 0 -28 0z",
  clinicians: "M-7.5 -7.5h15v15h-15z",
  managers: "M0 -12L12 0L0 12L-12 0z",
  users: "M0 -6L6 4.5H-6z",
};

export default {
  template: `
    <div class="watch-teams" role="group" :aria-label="label" :style="shape" @keydown="move">
      <section v-if="above.length" class="watch-team watch-above" aria-label="Above the teams">
        <h3>Above the teams</h3>
        <ul>
          <li v-for="person in above" :key="person.place">
            <svg viewBox="-17 -17 34 34" role="group" :aria-label="person.said">
              <g class="watch-person" :class="classes(person)" :data-place="person.place" role="button"
                 :tabindex="person.place === stop ? 0 : -1" :aria-label="person.said"
                 @click="open(person.place)" @focus="at = person.place">
                <circle class="watch-target" r="16" /><circle class="watch-halo" r="15" />
                <path class="watch-shape" :d="shapes[person.who]" :style="{ fill: person.fill }" />
                <line v-if="person.status === 'off sick'" class="watch-sick" x1="-11" y1="11" x2="11" y2="-11" />
              </g>
            </svg>
            <span aria-hidden="true">{{ person.short }}</span>
          </li>
        </ul>
        <p v-if="group" class="watch-note">{{ group }}</p>
      </section>
      <section v-for="team in teams" :key="team.row" class="watch-team" :aria-label="team.name">
        <h3>{{ team.name }}</h3>
        <p class="watch-note">{{ team.note }}</p>
        <p v-if="!team.people.length" class="watch-note">{{ team.instead }}</p>
        <svg v-else :viewBox="team.box" role="group" :aria-label="'People of ' + team.name">
          <g class="watch-lines" aria-hidden="true">
            <line v-for="line in team.lines" :key="line.key" :class="'watch-line watch-' + line.kind"
                  :x1="line.x1" :y1="line.y1" :x2="line.x2" :y2="line.y2" :stroke-width="line.width" />
          </g>
          <g v-if="team.supervisor" class="watch-outside" :transform="at_(team.supervisor)" aria-hidden="true">
            <path :d="shapes.managers" /><text y="-15">{{ team.supervisor.name }}</text>
          </g>
          <g v-if="team.group" class="watch-outside" :transform="at_(team.group)" aria-hidden="true">
            <circle r="10" /><circle r="4" cx="-4" cy="2" /><circle r="4" cx="4" cy="2" /><text y="-14">Peer group</text>
          </g>
          <template v-for="person in team.people" :key="person.place">
            <circle v-if="person.empty" class="watch-empty" :cx="person.x" :cy="person.y" r="2" />
            <g v-else class="watch-person" :class="classes(person)" :data-place="person.place" role="button"
               :transform="at_(person)" :tabindex="person.place === stop ? 0 : -1" :aria-label="person.said"
               @click="open(person.place)" @focus="at = person.place">
              <title>{{ person.said }}</title>
              <circle class="watch-target" r="12" />
              <circle class="watch-halo" :r="person.who === 'peers' ? 17 : person.who === 'users' ? 9 : 13" />
              <path class="watch-shape" :d="shapes[person.who]" :style="{ fill: person.fill }" />
              <text v-if="person.number" class="watch-number" y="3.7" :style="{ fill: person.ink }">{{ person.number }}</text>
              <line v-if="person.status === 'off sick'" class="watch-sick" x1="-10.5" y1="10.5" x2="10.5" y2="-10.5" />
            </g>
          </template>
        </svg>
      </section>
    </div>`,
  props: { teams: Array, above: Array, label: String, group: String, chosen: String, shape: Object },
  emits: ["open"],
  data() {
    return { at: "", shapes: SHAPES };
  },
  computed: {
    order() {
      const rows = [this.above, ...this.teams.map((team) => team.people)];
      return rows.map((row) => row.filter((person) => !person.empty).map((person) => person.place)).filter((row) => row.length);
    },
    stop() {
      return this.order.some((row) => row.includes(this.at)) ? this.at : (this.order.flat()[0] ?? "");
    },
  },
  methods: {
    at_(point) {
      return `translate(${point.x} ${point.y})`;
    },
    classes(person) {
      return {
        "watch-vacant": person.status === "vacant",
        "watch-away": person.status === "off sick",
        "watch-new": person.change === "new",
        "watch-gone": person.change === "left",
        "watch-chosen": person.place === this.chosen,
        ["watch-who-" + person.who]: true,
      };
    },
    open(place) {
      this.at = place;
      this.$emit("open", place);
    },
    move(event) {
      const place = event.target.closest?.(".watch-person")?.dataset.place;
      if (!place || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.open(place);
        return;
      }
      const all = this.order.flat();
      const row = this.order.findIndex((places) => places.includes(place));
      const seat = this.order[row].indexOf(place);
      const beside = (other) => this.order[other]?.[Math.min(seat, this.order[other].length - 1)];
      const to = {
        ArrowRight: all[all.indexOf(place) + 1],
        ArrowLeft: all[all.indexOf(place) - 1],
        ArrowDown: beside(row + 1),
        ArrowUp: beside(row - 1),
        Home: all[0],
        End: all[all.length - 1],
      };
      if (!(event.key in to)) return;
      event.preventDefault();
      if (to[event.key]) this.go(to[event.key]);
    },
    go(place) {
      this.at = place;
      this.$nextTick(() => this.$el.querySelector(`[data-place="${place}"]`)?.focus());
    },
  },
};
