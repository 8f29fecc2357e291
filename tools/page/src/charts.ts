// Apache ECharts as the page uses it: on canvas, in the page's colours, resized with their place.
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { type EChartsCoreOption, type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  CustomChart,
  DataZoomInsideComponent,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  ScatterChart,
  TooltipComponent,
  VisualMapComponent,
]);

export type Option = EChartsCoreOption;

/** A colour of style.css. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement)
    .getPropertyValue("--" + name)
    .trim();
}

export function narrow(): boolean {
  return window.innerWidth < 700;
}

/** A chart in a place of the page. */
export class Chart {
  readonly element: HTMLElement;
  readonly core: EChartsType;
  private option: () => Option = () => ({});
  private readonly observer: ResizeObserver;
  private static all = new Set<Chart>();

  constructor(label: string, height: number, className = "") {
    this.element = document.createElement("div");
    this.element.className = "chart " + className;
    this.element.style.height = height + "px";
    this.element.setAttribute("role", "img");
    this.element.setAttribute("aria-label", label);
    this.core = init(this.element, undefined, { renderer: "canvas", width: 600, height });
    this.observer = new ResizeObserver(() => {
      if (this.element.clientWidth > 0)
        this.core.resize({ width: this.element.clientWidth, height: this.element.clientHeight });
    });
    this.observer.observe(this.element);
    Chart.all.add(this);
  }

  /** What is drawn, asked for again when colours change. */
  draw(option: () => Option): void {
    this.option = option;
    this.redraw();
  }

  redraw(): void {
    this.core.setOption({ ...common(), ...this.option() }, { notMerge: true });
  }

  /** Where a value of both axes is, in pixels of the element. */
  pixel(value: [number, number]): [number, number] {
    return this.core.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, value) as [number, number];
  }

  /** Tells whoever checks the page how many points stand on the canvas, and where that of a design is. */
  tell(placeOf: (id: string) => [number, number] | null): void {
    (this.element as any).placeOf = placeOf;
    this.core.on("finished", () => {
      let points = 0;
      (this.core as any).getModel().eachSeriesByType("scatter", (series: any) => {
        const data = series.getData();
        for (let i = 0; i < data.count(); ++i) if (data.getItemLayout(i)?.every(Number.isFinite)) ++points;
      });
      this.element.dataset.points = String(points);
      this.element.dataset.ready ??= String(Math.round(performance.now()));
    });
  }

  private dispose(): void {
    this.observer.disconnect();
    this.core.dispose();
  }

  /** Lets all charts go, or those alone that left the page. */
  static clear(all: boolean): void {
    for (const chart of Chart.all)
      if (all || !chart.element.isConnected) {
        chart.dispose();
        Chart.all.delete(chart);
      }
  }
  static recolour(): void {
    for (const chart of Chart.all) chart.redraw();
  }
}

function common(): Option {
  return {
    animation: false,
    aria: { enabled: false },
    backgroundColor: "transparent",
    textStyle: { fontFamily: "inherit", color: colour("text") },
    grid: { left: 8, right: 16, top: 28, bottom: 8, containLabel: true },
  };
}

export function axis(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name,
    nameLocation: "middle",
    nameGap: 30,
    nameTextStyle: { color: colour("muted"), fontSize: 12 },
    axisLine: { lineStyle: { color: colour("line") } },
    axisTick: { lineStyle: { color: colour("line") } },
    splitLine: { lineStyle: { color: colour("grid") } },
    ...more,
    axisLabel: { color: colour("muted"), fontSize: 11, hideOverlap: true, ...(more.axisLabel as object | undefined) },
  };
}

export function legend(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    top: 0,
    left: 0,
    itemWidth: 14,
    itemHeight: 10,
    textStyle: { color: colour("text"), fontSize: 12 },
    inactiveColor: colour("grid"),
    ...more,
  };
}

/** Tooltips are elements, so that what stands in them is text. */
export function tooltip(
  content: (at: any) => HTMLElement,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    trigger: "item",
    confine: true,
    transitionDuration: 0,
    backgroundColor: colour("card"),
    borderColor: colour("line"),
    textStyle: { color: colour("text"), fontSize: 12 },
    extraCssText: "max-width: min(92vw, 640px); white-space: normal; pointer-events: none;",
    formatter: content,
    ...more,
  };
}
