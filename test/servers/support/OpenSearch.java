import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.action.admin.cluster.node.info.NodesInfoRequest;
import org.opensearch.http.HttpInfo;

/** One OpenSearch node on a free port of the loopback, with its data below the folder of the first argument. Logs "port <n>" when it answers, and runs until it is killed. */
public final class OpenSearch {
  private OpenSearch() {}

  public static void main(final String[] args) throws InterruptedException {
    final OpenSearchRunner runner = new OpenSearchRunner();
    runner.onBuild((number, settings) -> {
      settings.put("network.host", "127.0.0.1");
      settings.put("http.port", "0");
      settings.put("transport.port", "0");
      settings.put("discovery.type", "single-node");
      settings.putList("node.roles", "cluster_manager", "data", "ingest");
      // A disk that is nearly full would make every index read-only.
      settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
    });
    runner.build(OpenSearchRunner.newConfigs().basePath(args[0]).numOfNode(1).clusterName("spanline").useLogger());
    runner.ensureYellow();
    final NodesInfoRequest request = new NodesInfoRequest().clear().addMetric(NodesInfoRequest.Metric.HTTP.metricName());
    final HttpInfo http = runner.admin().cluster().nodesInfo(request).actionGet().getNodes().get(0).getInfo(HttpInfo.class);
    System.out.println("port " + http.getAddress().publishAddress().getPort());
    Thread.sleep(Long.MAX_VALUE);
  }
}
