// tritutor watch on a screen: the loop that waits for keys, saves, signals and what its commands say.

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>

#include "app/debounce.h"
#include "app/dialect_option.h"
#include "app/edit.h"
#include "app/followed_file.h"
#include "app/list_pane.h"
#include "app/screen/canvas.h"
#include "app/screen/fold.h"
#include "app/screen/keys.h"
#include "app/screen/links.h"
#include "app/screen/raw_terminal.h"
#include "app/screen/signals.h"
#include "app/watch.h"
#include "app/watch_help.h"
#include "app/watch_task.h"

namespace tritutor {

namespace {

namespace fs = std::filesystem;
using screen::Key;
using Kind = Key::Kind;
using Clock = std::chrono::steady_clock;

/// The rest of an arrow key's bytes comes at once, also over a slow line.
constexpr std::chrono::milliseconds escape_alone_after{100};

const char* variable(const char* name) { return std::getenv(name); }

std::string host_name() {
  char name[256] = "";
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

class WatchScreen {
 public:
  WatchScreen(Session& session, const WatchArguments& arguments)
      : session_(session), arguments_(arguments), style_(session.style()), links_(screen::shows_links(variable)) {
    const char* program = variable("TERM_PROGRAM");
    in_vscode_ = program != nullptr && std::string_view(program) == "vscode";
  }

  /// Until the learner quits: 0, or the signal that ended it.
  int run(const WatchStart& start) {
    if (start.file) {
      watch(*start.file);
      show_task();
    } else if (start.exercise != nullptr) {
      open(*start.exercise);
    } else {
      next();
    }
    while (!end_) {
      draw();
      wait();
      take_signals();
      take_keys();
      follow();
      go_on();
    }
    return *end_;
  }

 private:
  // What is waited for.

  void wait() {
    const Clock::time_point now = Clock::now();
    auto until = now + FollowedFile::look_each;
    if (!task_) until = std::min(until, debounce_.due());
    if (decoder_.waiting()) until = std::min(until, escape_began_ + escape_alone_after);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    pollfd waits[] = {{STDIN_FILENO, POLLIN, 0},
                      {signals_->fd(), POLLIN, 0},
                      {file_ ? file_->fd() : -1, POLLIN, 0},
                      {task_ ? task_->fd() : -1, POLLIN, 0}};
    poll(waits, std::size(waits), static_cast<int>(std::max<int64_t>(left.count(), 0)));
    keys_ready_ = waits[0].revents != 0;
  }

  void take_signals() {
    for (const int signal : signals_->take()) {
      if (signal == SIGINT && task_) {
        stop_task();
      } else if (screen::Signals::asks_for_end(signal)) {
        end_ = signal;
      } else if (signal == SIGTSTP) {
        terminal_.give_back();
        raise(SIGSTOP);
        terminal_.take();
        canvas_.forget();
      } else if (signal == SIGCONT) {  // also after a SIGSTOP from elsewhere, when the shell had the terminal
        terminal_.give_back();
        terminal_.take();
        canvas_.forget();
      } else if (signal == SIGWINCH) {
        canvas_.forget();
      }
    }
  }

  void take_keys() {
    std::vector<Key> keys;
    if (keys_ready_) {
      char bytes[256];
      const ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
      if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) end_ = SIGHUP;  // the terminal is gone
      if (got > 0) keys = decoder_.feed(std::string_view(bytes, static_cast<size_t>(got)));
      escape_began_ = Clock::now();
    } else if (decoder_.waiting() && Clock::now() >= escape_began_ + escape_alone_after) {
      keys = decoder_.give_up();
    }
    for (const Key& key : keys) {
      if (end_) return;
      try {
        press(key);
      } catch (const std::exception& error) {
        show_error(error);
      }
    }
  }

  void follow() {
    const Clock::time_point now = Clock::now();
    const bool own = task_ && task_->does_write_file();
    if (!own && file_ && file_->changed()) debounce_.changed(now);
    if (debounce_.pending() && task_) task_->stop(now);
    if (!task_ && debounce_.take(now)) judge();
  }

  void go_on() {
    if (!task_) return;
    try {
      if (task_->go_on(Clock::now())) {
        if (task_->shows_as_it_goes() && !task_->said().empty()) show(task_->said());
        return;
      }
      const std::unique_ptr<WatchTask> ended = std::move(task_);
      end_of(*ended);
    } catch (const std::exception& error) {
      task_.reset();
      show_error(error);
    }
    if (waiting_) task_ = std::move(waiting_);
  }

  void end_of(const WatchTask& ended) {
    if (ended.stopped()) {
      state_ = "stopped";
      return;
    }
    show(ended.said());
    state_ = ended.done_word().empty() ? "" : fmt::format("{} {}", ended.done_word(), time_of_day());
    ended.finish();
  }

  // What is done.

  /// Begins with it, after the end of what is under way.
  void start(std::unique_ptr<WatchTask> task) {
    list_.reset();
    ask_.reset();
    debounce_.forget();
    if (task_) {
      task_->stop(Clock::now());
      waiting_ = std::move(task);
    } else {
      task_ = std::move(task);
    }
  }

  void stop_task() {
    waiting_.reset();
    task_->stop(Clock::now());
  }

  std::unique_ptr<WatchTask> task(const std::string& doing, const std::string& done) {
    return std::make_unique<WatchTask>(doing, done, [this](const std::vector<std::string>& command) {
      return std::make_unique<screen::CommandRun>(call(session_, command, style_.on()), command_size());
    });
  }

  /// A command leaves the last row to the shell, which has none here.
  screen::Size command_size() const {
    const screen::Size size = terminal_.size();
    return {size.columns, screen::text_rows(size) + 1};
  }

  void run_one(const std::string& doing, const std::string& done, const std::vector<std::string>& command,
               const std::function<void(int status)>& then = {}) {
    auto one = task(doing, done);
    one->add(command);
    if (then) one->then(then);
    start(std::move(one));
  }

  void judge() {
    if (!watched_) return;
    run_one("judging", "judged", command_on_file("submit", *watched_, arguments_),
            [this](int status) { passed_ = status == status_ok; });
  }

  void next() {
    const Exercise* exercise = next_exercise(session_.curriculum(), progress_of(session_.workspace()));
    if (exercise != nullptr) return open(*exercise);
    run_one("looking", "", {"next"});  // which says that there is none
  }

  /// Another exercise, whose file is put there where it is not. The first one makes the workspace, and says so.
  void open(const Exercise& exercise) {
    const std::optional<Workspace> workspace = session_.workspace();
    const DialectId dialect = dialect_for(arguments_.dialect, workspace);
    auto opening = task("opening", "");
    opening->add(command_on("start", exercise, dialect), workspace ? WatchTask::Keep::failure : WatchTask::Keep::all);
    opening->add(command_on("show", exercise, dialect));
    opening->then([this, &exercise, dialect](int) { watch(watched_of(session_, exercise, dialect)); });
    start(std::move(opening));
  }

  void watch(const Watched& watched) {
    const bool other = !watched_ || watched_->file != watched.file;
    watched_ = watched;
    if (!other) return;
    passed_ = false;
    file_ = std::make_unique<FollowedFile>(watched.file);
    debounce_.forget();
    uri_ = links_ ? screen::file_uri(fs::absolute(watched.file), in_vscode_ ? "" : host_name()) : "";
    // VS Code shows the file beside this by itself; other editors would take the terminal.
    if (in_vscode_ && edit_command(arguments_.editor, variable) == edit_command("", in_vscode_alone)) run_editor();
  }

  static const char* in_vscode_alone(const char* name) {
    return std::string_view(name) == "TERM_PROGRAM" ? "vscode" : nullptr;
  }

  std::vector<std::string> about_it(const std::string& command) const {
    return command_on(command, *watched_->exercise, watched_->dialect);
  }

  void show_task() { run_one("looking", "", about_it("show")); }

  void edit_file() {
    const std::string editor = edit_command(arguments_.editor, variable);
    if (editor.empty()) {
      return show(
          wrap("Nothing says which editor is yours. Set EDITOR (export EDITOR=nano), or name it: tritutor watch "
               "--edit-cmd nano",
               terminal_.size().columns));
    }
    const std::string failure = run_editor();
    if (!failure.empty()) show(wrap("tritutor: " + failure, terminal_.size().columns));
  }

  /// In its time the terminal is the editor's, and so are the signals. Returns why it failed; empty: it did not.
  std::string run_editor() {
    terminal_.give_back();
    signals_.reset();
    std::string failure;
    try {
      edit(edit_command(arguments_.editor, variable), watched_->file);
    } catch (const CommandError& error) {
      failure = error.what();
    }
    signals_.emplace();
    terminal_.take();
    canvas_.forget();
    return failure;
  }

  void solution(bool anyway) {
    std::vector<std::string> command = about_it("solution");
    if (anyway) command.push_back("--anyway");
    run_one("looking", "", command, [this, anyway](int status) {
      if (!anyway && status == status_not_passed)
        ask("Not passed yet. Show our solution all the same? y/n", [this] { solution(true); });
    });
  }

  void reset() {
    auto resetting = task("resetting", "");
    resetting->add(about_it("reset"));
    resetting->writes_file();
    resetting->then([this](int) {
      file_->changed();  // seen, and no save
      passed_ = false;
    });
    start(std::move(resetting));
  }

  void check_all() {
    const std::optional<Workspace> workspace = session_.workspace();
    auto checking = task("checking", "checked");
    for (const DialectId dialect : every_dialect) {
      const auto progress = progress_of(workspace, dialect);
      for (const Exercise& exercise : session_.curriculum().exercises) {
        const auto found = progress.find(exercise.id);
        if (found == progress.end() || found->second.attempts == 0) continue;
        const Watched each = watched_of(session_, exercise, dialect);
        std::error_code error;
        if (fs::exists(each.file, error))
          checking->add(command_on_file("submit", each, arguments_), WatchTask::Keep::headline);
      }
    }
    if (checking->empty()) return show("Nothing was submitted yet, so that there is nothing to check.\n");
    start(std::move(checking));
  }

  void show_list() {
    const auto progress = progress_of(session_.workspace());
    const Curriculum& curriculum = session_.curriculum();
    list_.emplace(list_lines(curriculum, progress, next_exercise(curriculum, progress), style_),
                  watched_ ? watched_->exercise->id : "");
  }

  // Keys.

  void press(const Key& key) {
    notice_.clear();
    if (key == Key{Kind::control, "l"}) return canvas_.forget();
    if (ask_) return answer(key);
    if (list_) return press_in_list(key);
    if (scroll(key)) return;
    if (key.kind == Kind::enter) return judge();
    if (key.kind == Kind::escape || key.kind != Kind::text) return;
    const char letter = key.text[0];
    if (letter == 'q') end_ = 0;
    if (letter == 'l') show_list();
    if (letter == '?') show(watch_help(terminal_.size().columns, style_));
    if (letter == 'e' && watched_) edit_file();
    if (std::string_view("nhsrpcbt").find(letter) == std::string_view::npos) return;
    if (task_) {
      notice_ = fmt::format("{} still; Ctrl-C stops it", task_->doing());
    } else {
      press_command(letter);
    }
  }

  void press_command(char letter) {
    if (letter == 'n') return next();
    if (letter == 'p') return run_one("looking", "", {"progress"});
    if (letter == 'c') return check_all();
    if (!watched_) {
      notice_ = "no exercise is open: choose one from the list, l";
      return;
    }
    if (letter == 't') return show_task();
    if (letter == 'h') return run_one("looking", "", about_it("hint"));
    if (letter == 's') return solution(false);
    if (letter == 'b') return run_one("timing", "timed", command_on_file("bench", *watched_, arguments_));
    if (letter != 'r') return;
    if (watched_->by_id) {
      ask(fmt::format("Put the starting file of {} back? Yours is kept beside it. y/n", watched_->exercise->id),
          [this] { reset(); });
    } else {
      notice_ = "this file is not the workspace's own: nothing to put back";
    }
  }

  void press_in_list(const Key& key) {
    const ListPane::Outcome outcome = list_->press(key, screen::text_rows(terminal_.size()));
    if (outcome == ListPane::Outcome::closed) list_.reset();
    if (outcome == ListPane::Outcome::chosen) open(*list_->selected());
  }

  bool scroll(const Key& key) {
    const int page = screen::text_rows(terminal_.size());
    const auto by = [&](int rows) {
      const auto last = static_cast<int>(screen::last_first(rows_.size(), terminal_.size()));
      first_ = static_cast<size_t>(std::clamp(static_cast<int>(first_) + rows, 0, last));
      return true;
    };
    if (key.kind == Kind::up || key == Key{Kind::text, "k"}) return by(-1);
    if (key.kind == Kind::down || key == Key{Kind::text, "j"}) return by(1);
    if (key.kind == Kind::page_up) return by(-page);
    if (key.kind == Kind::page_down || key == Key{Kind::text, " "}) return by(page);
    if (key.kind == Kind::home) return by(-static_cast<int>(rows_.size()));
    if (key.kind == Kind::end) return by(static_cast<int>(rows_.size()));
    return false;
  }

  void ask(const std::string& question, const std::function<void()>& yes) { ask_ = Question{question, yes}; }

  void answer(const Key& key) {
    const std::function<void()> yes = ask_->yes;
    ask_.reset();
    if (key == Key{Kind::text, "y"} || key == Key{Kind::text, "Y"}) yes();
  }

  // What is seen.

  void show(const std::string& text) {
    text_ = text;
    first_ = 0;
  }

  void show_error(const std::exception& error) {
    show(wrap(fmt::format("tritutor: {}", error.what()), terminal_.size().columns));
  }

  std::string status() const {
    if (ask_) return ask_->text;
    if (list_) return list_->status();
    if (!notice_.empty()) return notice_;
    if (task_ && !task_->progress().empty()) return task_->progress();
    if (!watched_) return "";
    std::error_code error;
    if (!fs::exists(watched_->file, error))
      return shown(watched_->file) + " is not there; r puts the starting file back";
    if (passed_) return "Passed. n: the next exercise";
    return "Save the file and it is judged (Enter: now)";
  }

  void draw() {
    const screen::Size size = terminal_.size();
    screen::Page page;
    const std::string file = watched_ ? shown(watched_->file) : "";
    page.title =
        watched_ ? fmt::format("{} {}  {}", watched_->exercise->id, watched_->exercise->title, file) : "tritutor";
    page.state = task_ ? task_->doing() + "..." : state_;
    rows_ = screen::fold(screen::with_links(text_, file, uri_), size.columns);
    page.text = rows_;
    first_ = std::min(first_, screen::last_first(rows_.size(), size));
    page.first = first_;
    page.status = status();
    page.keys = watch_keys;
    page.keys_kept = watch_keys_kept;
    if (list_) {
      page.text = list_->text(style_);
      page.first = list_->first(screen::text_rows(size));
      page.keys = list_keys;
      page.keys_kept = list_keys_kept;
    }
    if (!terminal_.write(canvas_.draw(screen::arrange(page, size, style_)))) end_ = SIGHUP;
  }

  struct Question {
    std::string text;
    std::function<void()> yes;
  };

  Session& session_;
  const WatchArguments& arguments_;
  const Style style_;
  const bool links_;
  bool in_vscode_ = false;
  std::optional<screen::Signals> signals_{std::in_place};  // first: from then on no signal leaves the terminal raw
  screen::RawTerminal terminal_;
  screen::Canvas canvas_;
  screen::KeyDecoder decoder_;
  Clock::time_point escape_began_;
  bool keys_ready_ = false;
  std::optional<int> end_;

  std::optional<Watched> watched_;
  std::unique_ptr<FollowedFile> file_;
  Debounce debounce_{quiet_after_save};
  bool passed_ = false;
  std::unique_ptr<WatchTask> task_, waiting_;

  std::string text_, state_, notice_, uri_;
  std::vector<std::string> rows_;
  size_t first_ = 0;
  std::optional<ListPane> list_;
  std::optional<Question> ask_;
};

}  // namespace

void watch_on_screen(Session& session, const WatchArguments& arguments) {
  const WatchStart start = watch_start(session, arguments);
  const int signal = WatchScreen(session, arguments).run(start);
  if (signal == 0) return;
  if (signal == SIGINT) {
    session.status = status_stopped;
    return;
  }
  raise(signal);  // the terminal is given back: now it ends as it was asked to
}

}  // namespace tritutor
