// Horizontal bars with intervals, as HTML: labels wrap, text grows with the reader's, nothing is measured.
export default {
  props: {
    label: String, // the chart in words
    axis: String, // what it measures
    legend: Array, // of {name, colour, hollow}; shown where there are several
    ticks: Array, // of {at, text}
    zero: Number, // where 0 is; places are in % of the width
    rows: Array, // of {label, bars: [{from, width, low, reach, text, title}]}, a bar for each entry of the legend
  },
  template: `
    <div class="bars" role="img" :aria-label="label">
      <div v-if="axis" class="bars-axis">{{ axis }}</div>
      <div v-if="legend.length > 1" class="bars-legend">
        <span v-for="entry in legend" :key="entry.name">
          <i class="bars-fill" :class="{'bars-hollow': entry.hollow}" :style="{color: entry.colour}"></i> {{ entry.name }}
        </span>
      </div>
      <div class="bars-rows">
        <template v-for="(row, number) in rows" :key="number">
          <div class="bars-label">{{ row.label }}</div>
          <div class="bars-plot">
            <i v-for="tick in ticks" :key="tick.at" class="bars-grid" :style="{left: tick.at + '%'}"></i>
            <div v-for="(bar, place) in row.bars" :key="place" class="bars-bar" :title="bar.title">
              <i v-if="bar.from !== null" class="bars-fill" :class="{'bars-hollow': legend[place].hollow}"
                :style="{left: bar.from + '%', width: bar.width + '%', color: legend[place].colour}"></i>
              <i v-if="bar.low !== null" class="bars-interval" :style="{left: bar.low + '%', width: bar.reach + '%'}"></i>
            </div>
            <i class="bars-zero" :style="{left: zero + '%'}"></i>
          </div>
          <div class="bars-told"><div v-for="(bar, place) in row.bars" :key="place">{{ bar.text }}</div></div>
        </template>
        <div class="bars-label"></div>
        <div class="bars-ticks"><span v-for="tick in ticks" :key="tick.at" :style="{left: tick.at + '%'}">{{ tick.text }}</span></div>
        <div class="bars-told"></div>
      </div>
    </div>`,
};
