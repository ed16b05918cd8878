import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.action.admin.cluster.node.info.NodesInfoRequest;
import org.opensearch.common.settings.Settings;
import org.opensearch.http.HttpInfo;

/**
 * OpenSearch on a free port of the loopback, with its data below the folder of the first argument. With a second argument, `secured`, the node runs the security plugin, whose configuration and
 * keystores are below node_1/config. Transport ports as further arguments make a cluster with a node for each. Logs "port <n>" when it answers, and runs until it is killed.
 */
public final class OpenSearch {
  private static final String TLS = "plugins.security.ssl.transport.";
  private static final String PLUGIN = "org.opensearch.security.OpenSearchSecurityPlugin";

  private OpenSearch() {}

  private static void secure(final Settings.Builder settings) {
    settings.put(TLS + "keystore_filepath", "node.jks").put(TLS + "keystore_password", "changeit");
    settings.put(TLS + "truststore_filepath", "trust.jks").put(TLS + "truststore_password", "changeit");
    settings.put(TLS + "enforce_hostname_verification", false);
    settings.put("plugins.security.ssl.http.enabled", false);
    settings.put("plugins.security.allow_default_init_securityindex", true);
    settings.putList("plugins.security.nodes_dn", "CN=node");
    settings.putList("plugins.security.authcz.admin_dn", "CN=nobody");
    settings.putList("plugins.security.restapi.roles_enabled", "all_access");
  }

  private static void join(final Settings.Builder settings, final String[] ports) {
    settings.putList("discovery.seed_hosts", Arrays.stream(ports).map(port -> "127.0.0.1:" + port).toList());
    settings.putList("cluster.initial_cluster_manager_nodes", "Node 1");
  }

  public static void main(final String[] args) throws InterruptedException {
    final boolean isSecured = args.length > 1 && args[1].equals("secured");
    final String[] ports = isSecured ? new String[] {"0"} : Arrays.copyOfRange(args, 1, Math.max(args.length, 2));
    final boolean isAlone = ports.length < 2;
    final OpenSearchRunner runner = new OpenSearchRunner();
    runner.onBuild((number, settings) -> {
      settings.put("network.host", "127.0.0.1");
      settings.put("http.port", "0");
      settings.put("transport.port", isAlone ? "0" : ports[number - 1]);
      if (isAlone) settings.put("discovery.type", "single-node");
      else join(settings, ports);
      settings.putList("node.roles", "cluster_manager", "data", "ingest");
      // A disk that is nearly full would make every index read-only.
      settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
      if (isSecured) secure(settings);
    });
    final OpenSearchRunner.Configs configs = OpenSearchRunner.newConfigs().basePath(args[0]).numOfNode(ports.length).clusterName("spanline").useLogger();
    runner.build(isSecured ? configs.pluginTypes(PLUGIN) : configs);
    runner.ensureYellow();
    final NodesInfoRequest request = new NodesInfoRequest().clear().addMetric(NodesInfoRequest.Metric.HTTP.metricName());
    final HttpInfo http = runner.admin().cluster().nodesInfo(request).actionGet().getNodes().get(0).getInfo(HttpInfo.class);
    // The second node's log closes the standard output.
    final PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    err.println("port " + http.getAddress().publishAddress().getPort());
    Thread.sleep(Long.MAX_VALUE);
  }
}
