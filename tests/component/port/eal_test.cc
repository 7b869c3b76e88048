// The environment: it can be started once in a process, so every test starts it in a child.
#include "dataplane/worker/eal.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <sched.h>
#include <set>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_lcore.h>

#include <gtest/gtest.h>

#include "dataplane/port/pools.h"

namespace sealane::worker {
namespace {

/// What `work` returns in a process of its own, or the signal that ended it as a negative number.
int in_child(const std::function<int()>& work) {
    const pid_t child = fork();
    if (child == 0) _exit(work());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::set<std::string> files_in(const std::string& folder) {
    std::set<std::string> names;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        names.insert(entry.path().filename());
    }
    return names;
}

TEST(Eal, StartsWithoutArgumentsAndHasTheMemoryAskedFor) {
    EXPECT_EQ(in_child([] {
                  auto eal = Eal::start({.memory_mb = 100});
                  if (!eal) return 1;
                  auto pools = port::make_pools("p", 20000, 1000);  // a page each
                  return pools.ok() && (*eal)->profile().memory_mb >= 100 ? 0 : 2;
              }),
              0);
}

TEST(Eal, LeavesTheCallersAffinityAlone) {
    EXPECT_EQ(in_child([] {
                  cpu_set_t before;
                  cpu_set_t after;
                  sched_getaffinity(0, sizeof before, &before);
                  auto eal = Eal::start({});
                  sched_getaffinity(0, sizeof after, &after);
                  return eal.ok() && CPU_EQUAL(&before, &after) != 0 ? 0 : 1;
              }),
              0);
}

TEST(Eal, KeepsToTheProcessorsThatWeMayUse) {
    EXPECT_EQ(in_child([] {
                  cpu_set_t one;
                  sched_getaffinity(0, sizeof one, &one);
                  for (int cpu = CPU_SETSIZE - 1; CPU_COUNT(&one) > 1; --cpu) {
                      CPU_CLR(cpu, &one);
                  }
                  if (sched_setaffinity(0, sizeof one, &one) != 0) return 1;
                  return Eal::start({}).ok() ? 0 : 2;
              }),
              0);
}

TEST(Eal, SecondStartIsAnErrorEvenAfterTheEnd) {
    EXPECT_EQ(in_child([] {
                  auto first = Eal::start({});
                  if (!first) return 1;
                  if (Eal::start({}).ok()) return 2;
                  first = Error{"ended"};
                  auto third = Eal::start({});
                  return !third.ok() && third.error().text.find("once") != std::string::npos ? 0
                                                                                             : 3;
              }),
              0);
}

TEST(Eal, TakesNoPciDeviceUnlessAPortNamesIt) {
    EXPECT_EQ(in_child([] {
                  auto eal = Eal::start({.pci = true});
                  return eal.ok() && (*eal)->profile().pci && rte_eth_dev_count_total() == 0 ? 0
                                                                                             : 1;
              }),
              0);
}

TEST(Eal, TooMuchMemoryIsAnErrorThatSaysHowMuchThereIs) {
    EXPECT_EQ(in_child([] {
                  auto eal = Eal::start({.memory_mb = 100'000'000});
                  if (eal.ok()) return 1;
                  const bool says = eal.error().text.find("100000000 MiB") != std::string::npos;
                  // That was no start: a configuration that fits can still have one.
                  return says && Eal::start({}).ok() ? 0 : 2;
              }),
              0);
}

TEST(Eal, LeavesNothingOnDiskWhenKilled) {
    std::string folder = "/tmp/sealane-eal-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    const auto left = [&] {
        return std::vector{files_in(folder), files_in("/var/run/dpdk"), files_in("/tmp/dpdk")};
    };
    const auto before = left();
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        setenv("XDG_RUNTIME_DIR", folder.c_str(), 1);
        setenv("RUNTIME_DIRECTORY", folder.c_str(), 1);
        auto eal = Eal::start({});
        const char answer = eal.ok() ? 'y' : 'n';
        if (write(ready[1], &answer, 1) == 1) pause();
        _exit(1);
    }
    char answer = 0;
    ASSERT_EQ(read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    EXPECT_EQ(left(), before) << "while it runs";
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    EXPECT_EQ(left(), before);
    std::filesystem::remove_all(folder);
}

TEST(Eal, GivesTheEnvironmentsVariablesBack) {
    EXPECT_EQ(in_child([] {
                  setenv("RUNTIME_DIRECTORY", "/run/mine", 1);
                  auto eal = Eal::start({});
                  const char* const after = std::getenv("RUNTIME_DIRECTORY");
                  return eal.ok() && after != nullptr && std::string("/run/mine") == after ? 0 : 1;
              }),
              0);
}

TEST(Eal, LogComesLineByLineAndKnowsItsLevel) {
    EXPECT_EQ(in_child([] {
                  std::vector<std::string> lines;
                  bool errors = false;
                  auto eal = Eal::start({.log = [&](EalLogLevel level, std::string_view line) {
                      lines.emplace_back(line);
                      errors = errors || level == EalLogLevel::Error;
                  }});
                  if (!eal.ok() || lines.empty() || errors) return 1;
                  for (const std::string& line : lines) {
                      if (line.empty() || line.find('\n') != std::string::npos) return 2;
                  }
                  return 0;
              }),
              0);
}

TEST(Eal, WithoutASinkItIsSilent) {
    int output[2];
    ASSERT_EQ(pipe(output), 0);
    EXPECT_EQ(in_child([&] {
                  dup2(output[1], STDERR_FILENO);
                  dup2(output[1], STDOUT_FILENO);
                  return Eal::start({}).ok() ? 0 : 1;
              }),
              0);
    close(output[1]);
    char byte = 0;
    EXPECT_EQ(read(output[0], &byte, 1), 0);
    close(output[0]);
}

TEST(Eal, WorkerThreadsGetAPoolCache) {
    EXPECT_EQ(in_child([] {
                  auto eal = Eal::start({});
                  if (!eal) return 1;
                  int answer = 0;
                  std::thread([&] {
                      if (rte_lcore_id() != LCORE_ID_ANY) answer = 2;
                      if (!register_worker_thread().ok()) answer = 3;
                      if (rte_lcore_id() == LCORE_ID_ANY) answer = 4;
                      unregister_worker_thread();
                  }).join();
                  return answer;
              }),
              0);
}

TEST(Eal, SignalsAreLeftToTheProgramsOwnThreads) {
    EXPECT_EQ(in_child([] {
                  auto eal = Eal::start({});
                  if (!eal) return 1;
                  sigset_t wanted;
                  sigemptyset(&wanted);
                  sigaddset(&wanted, SIGTERM);
                  sigprocmask(SIG_BLOCK, &wanted, nullptr);
                  kill(getpid(),
                       SIGTERM);  // ends the process if a thread of the environment takes it
                  int got = 0;
                  return sigwait(&wanted, &got) == 0 && got == SIGTERM ? 0 : 2;
              }),
              0);
}

TEST(Eal, HugepageSizesAreInOrderAndPlausible) {
    std::uint64_t before = 0;
    for (const HugepageState& size : hugepage_state()) {
        EXPECT_GT(size.page_kb, before);
        EXPECT_LE(size.free, size.total);
        before = size.page_kb;
    }
}

TEST(Eal, VersionIsDpdks) { EXPECT_EQ(dpdk_version().rfind("DPDK 2", 0), 0U); }

}  // namespace
}  // namespace sealane::worker
