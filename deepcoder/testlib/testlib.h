// A header for checkers and interactors that were written for testlib. Every line was written for this project.
//
// The calls, the exit codes and the messages are those of testlib, so a checker decides here as it does there.
// docs/checkers.md lists the calls and the differences. A program includes this header in one source file only.
//
// Everything here is inline, a template, or small, because the header is compiled with every checker: what a
// checker does not call costs no code. What ends a program is marked as cold, so the compiler does not optimise it.

#ifndef _TESTLIB_H_
#define _TESTLIB_H_

// Checkers rely on these without an #include of their own. Any more could change what a name of a checker means.
#include <algorithm>
#include <cctype>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#define LF ((char)10)
#define CR ((char)13)
#define TAB ((char)9)
#define SPACE ((char)' ')
#define EOFC (255)
#define I64 "%lld"
#define U64 "%llu"
#define NORETURN __attribute__((noreturn))

#ifndef OK_EXIT_CODE
#define OK_EXIT_CODE 0
#endif
#ifndef WA_EXIT_CODE
#define WA_EXIT_CODE 1
#endif
#ifndef PE_EXIT_CODE
#define PE_EXIT_CODE 2
#endif
#ifndef FAIL_EXIT_CODE
#define FAIL_EXIT_CODE 3
#endif
#ifndef DIRT_EXIT_CODE
#define DIRT_EXIT_CODE 4
#endif
#ifndef POINTS_EXIT_CODE
#define POINTS_EXIT_CODE 7
#endif
#ifndef UNEXPECTED_EOF_EXIT_CODE
#define UNEXPECTED_EOF_EXIT_CODE 8
#endif
#ifndef PC_BASE_EXIT_CODE
#ifdef TESTSYS
#define PC_BASE_EXIT_CODE 50
#else
#define PC_BASE_EXIT_CODE 0
#endif
#endif

#define TESTLIB_COLD __attribute__((cold))
#define TESTLIB_PRINTF(text, first) __attribute__((format(printf, text, first)))

enum TResult : int {
    _ok = 0,
    _wa = 1,
    _pe = 2,
    _fail = 3,
    _dirt = 4,
    _points = 5,
    _unexpected_eof = 8,
    _partially = 16
};

// A partial result with a number: the exit code is the number, above PC_BASE_EXIT_CODE.
#define _pc(number) (TResult(_partially + (number)))

// Whose words a stream holds.
enum TMode { _input, _output, _answer };

enum TTestlibMode { _unknown, _checker, _validator, _generator, _interactor, _scorer };

[[noreturn]] TESTLIB_COLD void quit(TResult result, const char *message);
[[noreturn]] TESTLIB_COLD void quit(TResult result, const std::string &message);

// ---------------------------------------------------------------------------------------------------------------
// Text

template <typename C> inline bool isEof(C c) { return c == EOFC; }

template <typename C> inline bool isEoln(C c) { return c == LF || c == CR; }

template <typename C> inline bool isBlanks(C c) { return c == ' ' || c == LF || c == CR || c == TAB; }

namespace testlib_internal {

TESTLIB_COLD inline std::string written(const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    const int size = std::vsnprintf(nullptr, 0, format, again);
    va_end(again);
    if (size <= 0)
        return std::string();
    std::string text(size_t(size) + 1, '\0');
    std::vsnprintf(&text[0], text.size(), format, arguments);
    text.resize(std::strlen(text.c_str()));  // what follows a NUL is not part of a message
    return text;
}

TESTLIB_COLD TESTLIB_PRINTF(1, 2) inline std::string print(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::string text = written(format, arguments);
    va_end(arguments);
    return text;
}

// The text of a call's own format and arguments; `last` is the last parameter before the dots.
#define FMT_TO_RESULT(last, format, text)                                   \
    va_list text##_arguments;                                               \
    va_start(text##_arguments, last);                                       \
    std::string text = testlib_internal::written(format, text##_arguments); \
    va_end(text##_arguments)
#define TESTLIB_WRITTEN(format, text) FMT_TO_RESULT(format, format, text)

// A number with a point, without needless zeros at its end. One digit after the point stays.
TESTLIB_COLD inline std::string short_fraction(const char *format, double value) {
    std::string text = print(format, value);
    if (text.find('.') == std::string::npos)
        return text;
    while (text[text.size() - 1] == '0')
        text.resize(text.size() - 1);
    if (text[text.size() - 1] == '.')
        text += '0';
    return text;
}

template <typename T> inline std::string digits_of(T value) {
    char digits[48];
    char *start = digits + sizeof(digits);
    const bool negative = value < T(0);
    do {
        const int digit = int(value % 10);
        *--start = char('0' + (digit < 0 ? -digit : digit));
        value = T(value / 10);
    } while (value != T(0));
    if (negative)
        *--start = '-';
    return std::string(start, size_t(digits + sizeof(digits) - start));
}

template <typename T, bool integral, bool floating> struct Text {
    // The first word of what a stream would write.
    static std::string of(const T &value) {
        std::stringstream stream;
        stream << value;
        std::string word;
        stream >> word;
        return word;
    }
};

template <typename T> struct Text<T, true, false> {
    static std::string of(T value) { return digits_of<T>(value); }
};

template <> struct Text<bool, true, false> {
    static std::string of(bool value) { return value ? "1" : "0"; }
};

template <typename T> struct Text<T, false, true> {
    static std::string of(T value) { return print("%Lg", (long double)value); }
};

// A bound as people write it: 10^9, -10^9, 2*10^9.
template <typename T> TESTLIB_COLD std::string bound_text(T bound) {
    T head = bound;
    int zeros = 0;
    while (head != 0 && head % 10 == 0) {
        head = T(head / 10);
        zeros++;
    }
    if (zeros < 7)
        return digits_of(bound);
    const std::string power = "10^" + digits_of(zeros);
    if (head == T(1))
        return power;
    if (head == T(-1) && head < T(0))
        return "-" + power;
    return digits_of(head) + "*" + power;
}

TESTLIB_COLD inline std::string bound_text(double bound) { return print("%g", bound); }

}  // namespace testlib_internal

template <typename T> inline std::string vtos(const T &value) {
    return testlib_internal::Text<T, std::is_integral<T>::value, std::is_floating_point<T>::value>::of(value);
}

template <typename T> inline std::string toString(const T &value) { return vtos(value); }

template <typename T> inline std::string toHumanReadableString(const T &value) {
    return testlib_internal::bound_text(value);
}

inline std::string trim(const std::string &text) {
    size_t first = 0, end = text.size();
    while (first < end && isBlanks(text[first]))
        first++;
    while (end > first && isBlanks(text[end - 1]))
        end--;
    return text.substr(first, end - first);
}

inline std::string upperCase(std::string text) {
    for (char &c : text)
        if (c >= 'a' && c <= 'z')
            c = char(c - 'a' + 'A');
    return text;
}

inline std::string lowerCase(std::string text) {
    for (char &c : text)
        if (c >= 'A' && c <= 'Z')
            c = char(c - 'A' + 'a');
    return text;
}

// Above 64 bytes, the first 30 and the last 31 remain. A NUL is shown as a tilde.
TESTLIB_COLD inline std::string compress(const std::string &text) {
    std::string shown = text.size() <= 64 ? text : text.substr(0, 30) + "..." + text.substr(text.size() - 31);
    for (char &c : shown)
        if (c == '\0')
            c = '~';
    return shown;
}

inline std::string englishEnding(int number) {
    const int tens = number % 100 / 10, last = number % 10;
    if (tens == 1 || last < 1 || last > 3)
        return "th";
    return last == 1 ? "st" : last == 2 ? "nd" : "rd";
}

#if defined(__cpp_lib_format) || (__cplusplus >= 202002L && defined(__has_include) && __has_include(<format>))
// A variadic function would lose to std::format where a program uses the namespace std.
template <typename... Arguments> inline std::string format(const char *text, Arguments &&...arguments) {
    return testlib_internal::print(text, std::forward<Arguments>(arguments)...);
}

template <typename... Arguments> inline std::string format(const std::string &text, Arguments &&...arguments) {
    return testlib_internal::print(text.c_str(), std::forward<Arguments>(arguments)...);
}
#else
TESTLIB_PRINTF(1, 2) inline std::string format(const char *text, ...) {
    TESTLIB_WRITTEN(text, result);
    return result;
}

inline std::string format(const std::string text, ...) {
    va_list arguments;
    va_start(arguments, text);
    const std::string result = testlib_internal::written(text.c_str(), arguments);
    va_end(arguments);
    return result;
}
#endif

template <typename Iterator, typename Separator>
inline std::string join(Iterator first, Iterator last, Separator separator) {
    std::ostringstream text;
    for (Iterator each = first; each != last; ++each) {
        if (each != first)
            text << separator;
        text << *each;
    }
    return text.str();
}

template <typename Iterator> inline std::string join(Iterator first, Iterator last) { return join(first, last, ' '); }

template <typename Collection, typename Separator>
inline std::string join(const Collection &collection, Separator separator) {
    return join(collection.begin(), collection.end(), separator);
}

template <typename Collection> inline std::string join(const Collection &collection) { return join(collection, ' '); }

namespace testlib_internal {

inline std::vector<std::string> parts(const std::string &text, const std::string &separators, bool with_empty) {
    std::vector<std::string> found;
    size_t start = 0;
    while (true) {
        size_t end = separators.empty() ? text.size() : text.find_first_of(separators, start);
        if (end == std::string::npos)
            end = text.size();
        if (with_empty || end > start || separators.empty())
            found.push_back(text.substr(start, end - start));
        if (end == text.size())
            return found;
        start = end + 1;
    }
}

}  // namespace testlib_internal

inline std::vector<std::string> split(const std::string &text, const std::string &separators) {
    return testlib_internal::parts(text, separators, true);
}

inline std::vector<std::string> split(const std::string &text, char separator) {
    return testlib_internal::parts(text, std::string(1, separator), true);
}

inline std::vector<std::string> tokenize(const std::string &text, const std::string &separators) {
    return testlib_internal::parts(text, separators, false);
}

inline std::vector<std::string> tokenize(const std::string &text, char separator) {
    return testlib_internal::parts(text, std::string(1, separator), false);
}

// ---------------------------------------------------------------------------------------------------------------
// Numbers

namespace testlib_internal {

// Numbers beyond this count as infinite.
inline bool is_infinite(double value) { return value > 1e300 || value < -1e300; }

}  // namespace testlib_internal

// True where the absolute or the relative error is at most `error`, with 1e-15 to spare.
inline bool doubleCompare(double expected, double result, double error) {
    error += 1e-15;
    if (std::isnan(expected) || std::isnan(result))
        return std::isnan(expected) && std::isnan(result);
    if (testlib_internal::is_infinite(expected) || testlib_internal::is_infinite(result))
        return testlib_internal::is_infinite(expected) && testlib_internal::is_infinite(result) &&
               (expected > 0) == (result > 0);
    if (std::fabs(result - expected) <= error)
        return true;
    const double one = expected * (1.0 - error), other = expected * (1.0 + error);
    return result >= std::min(one, other) && result <= std::max(one, other);
}

// The smaller of the absolute and the relative error. A zero may be negative, as a message of testlib shows it.
inline double doubleDelta(double expected, double result) {
    double absolute = result - expected;
    absolute = absolute > 0 ? absolute : -absolute;
    if (std::fabs(expected) <= 1e-9)
        return absolute;
    double relative = absolute / expected;
    relative = relative > 0 ? relative : -relative;
    return absolute < relative ? absolute : relative;
}

// ---------------------------------------------------------------------------------------------------------------
// Random numbers: a linear congruential generator of 48 bits, whose sequences are those of testlib.

class random_t;

// A pattern is sets of characters with counts, and at most one group of alternatives, which ends it.
class pattern {
  public:
    pattern(const std::string &source);

    bool matches(const std::string &text) const { return matches_from(text, 0); }

    std::string next(random_t &random) const;

    std::string src() const { return source_; }

  private:
    std::string source_;
    std::string set_;  // sorted; a character stands as often in it as the pattern names it
    int least_ = 0, most_ = 0;
    std::vector<pattern> rest_;  // any of these must match what follows

    bool matches_from(const std::string &text, size_t start) const;
    void take_set(const std::string &text, size_t &at);
    void take_counts(const std::string &text, size_t &at);
};

class random_t {
  public:
    int low_bits = 32;  // 31 for generators of the first version

    void setSeed(int count, char *arguments[]) {
        state_ = START;
        for (int i = 1; i < count; i++) {
            for (const char *c = arguments[i]; *c; c++)
                state_ = state_ * FACTOR + (unsigned int)(*c) + STEP;
            state_ += FACTOR / STEP;
        }
        state_ &= MASK;
    }

    void setSeed(long long seed) { state_ = ((unsigned long long)seed ^ FACTOR) & MASK; }

    double next() {
        const long long high = bits(26) << 27;
        return cropped(double(high + bits(27)) / double(1LL << 53), 1.0);
    }

    int next(int n) {
        need(n > 0);
        if ((n & (n - 1)) == 0)
            return int((n * bits(31)) >> 31);
        const long long limit = INT_MAX / n * n;
        long long drawn;
        do
            drawn = bits(31);
        while (drawn >= limit);
        return int(drawn % n);
    }

    long long next(long long n) {
        need(n > 0);
        const long long limit = LLONG_MAX / n * n;
        long long drawn;
        do {
            drawn = bits(31) << 32;
            drawn ^= bits(low_bits);
        } while (drawn >= limit);
        return drawn % n;
    }

    unsigned int next(unsigned int n) {
        need(n < (unsigned int)INT_MAX);
        return (unsigned int)next(int(n));
    }

    unsigned long long next(unsigned long long n) {
        need(n < (unsigned long long)LLONG_MAX);
        return (unsigned long long)next((long long)n);
    }

    long next(long n) { return long(next((long long)n)); }

    unsigned long next(unsigned long n) { return (unsigned long)next((unsigned long long)n); }

    double next(double n) {
        need(n > 0.0);
        return cropped(n * next(), n);
    }

    int next(int from, int to) { return int(next((long long)to - from + 1) + from); }

    unsigned int next(unsigned int from, unsigned int to) {
        return (unsigned int)(next((long long)to - from + 1) + from);
    }

    long long next(long long from, long long to) { return next(to - from + 1) + from; }

    unsigned long long next(unsigned long long from, unsigned long long to) {
        need(from <= to);
        return next(to - from + 1) + from;
    }

    long next(long from, long to) { return next(to - from + 1) + from; }

    unsigned long next(unsigned long from, unsigned long to) {
        need(from <= to);
        return next(to - from + 1) + from;
    }

    double next(double from, double to) {
        need(from < to);
        return next(to - from) + from;
    }

    // A text that the pattern matches.
    std::string next(const std::string &source) { return pattern(source).next(*this); }

    TESTLIB_PRINTF(2, 3) std::string next(const char *format, ...) {
        TESTLIB_WRITTEN(format, source);
        return pattern(source).next(*this);
    }

    // The largest of `type` draws more, or the smallest where `type` is negative.
    template <typename N> N wnext(N n, int type) { return weighted(n, type); }

    double wnext(int type) { return weighted(1.0, type); }

    template <typename N> N wnext(N from, N to, int type) { return N(weighted(N(to - from + 1), type) + from); }

    int wnext(int from, int to, int type) { return weighted(to - from + 1, type) + from; }

    double wnext(double from, double to, int type) { return weighted(to - from, type) + from; }

    template <typename Collection> typename Collection::value_type any(const Collection &collection) {
        return any(collection.begin(), collection.end());
    }

    template <typename Iterator>
    typename std::iterator_traits<Iterator>::value_type any(const Iterator &first, const Iterator &last) {
        return *std::next(first, next(int(std::distance(first, last))));
    }

    template <typename Collection> typename Collection::value_type wany(const Collection &collection, int type) {
        return *std::next(collection.begin(), weighted(int(collection.size()), type));
    }

    template <typename Iterator>
    typename std::iterator_traits<Iterator>::value_type wany(const Iterator &first, const Iterator &last, int type) {
        return *std::next(first, weighted(int(std::distance(first, last)), type));
    }

    // Each of `size` numbers from `first` on, once, in any order.
    template <typename N, typename E> std::vector<E> perm(N size, E first) {
        need(!(size < 0));
        std::vector<E> numbers(static_cast<size_t>(size));
        for (size_t i = 0; i < numbers.size(); i++)
            numbers[i] = first++;
        for (N i = 1; i < size; i++)
            std::swap(numbers[i], numbers[next(i + 1)]);
        return numbers;
    }

    template <typename N> std::vector<N> perm(N size) { return perm(size, N(0)); }

    // `size` numbers of a range, no two the same.
    template <typename N> std::vector<N> distinct(int size, N from, N to) {
        std::vector<N> numbers;
        if (size == 0)
            return numbers;
        need(size > 0 && from <= to);
        const unsigned long long count = (unsigned long long)(to - from) + 1;
        need((unsigned long long)size <= count);
        double draws = 0.0;
        for (int i = 0; i < size; i++)
            draws += double(count) / double(count - (unsigned long long)i);
        if (draws < double(count)) {
            std::set<N> seen;
            while (int(numbers.size()) < size) {
                const N drawn = N(next(from, to));
                if (seen.insert(drawn).second)
                    numbers.push_back(drawn);
            }
            return numbers;
        }
        need(count <= 1000000000);
        numbers = perm(int(count), from);
        numbers.resize(size_t(size));
        return numbers;
    }

    template <typename N> std::vector<N> distinct(int size, N upper) {
        return size == 0 ? std::vector<N>() : distinct(size, N(0), N(upper - 1));
    }

    // `size` numbers of at least `least`, whose sum is `sum`.
    template <typename N> std::vector<N> partition(int size, N sum, N least) {
        need(size >= 0 && least * size <= sum && (size > 0 || sum == 0));
        if (size == 0)
            return std::vector<N>();
        const N spare = sum - least * size;
        std::vector<N> walls = distinct(size - 1, N(1), N(spare + size - 1));
        std::sort(walls.begin(), walls.end());
        walls.push_back(N(spare + size));
        N before = 0;
        for (N &wall : walls) {
            const N here = wall;
            wall = here - before - 1 + least;
            before = here;
        }
        return walls;
    }

    template <typename N> std::vector<N> partition(int size, N sum) { return partition(size, sum, N(1)); }

  private:
    static constexpr unsigned long long START = 3905348978240129619ULL;
    static constexpr unsigned long long FACTOR = 0x5DEECE66DULL;
    static constexpr unsigned long long STEP = 0xBULL;
    static constexpr unsigned long long MASK = (1ULL << 48) - 1;

    unsigned long long state_ = START;

    long long bits(int count) {
        state_ = (state_ * FACTOR + STEP) & MASK;
        return (long long)(state_ >> (48 - count));
    }

    static double cropped(double value, double end) {
        if (value < 0.0)
            return 0.0;
        return value < end ? value : std::nextafter(end, 0.0);
    }

    static void need(bool holds) {
        if (!holds)
            quit(_fail, "random_t: the arguments name no range to draw from");
    }

    double draw(double) { return next(); }

    template <typename N> N draw(N n) { return next(n); }

    static double scaled(double drawn, double n) { return n * drawn; }

    template <typename N> static N scaled(N drawn, N) { return drawn; }

    static double limited(double value, double n) { return cropped(value, n); }

    template <typename N> static N limited(double value, N n) {
        return std::min(std::max(N(value), N(0)), N(n - 1));
    }

    template <typename N> N weighted(N n, int type) {
        need(n > 0);
        if (type > -25 && type < 25) {
            N drawn = draw(n);
            for (int i = 0; i < type; i++)
                drawn = std::max(drawn, draw(n));
            for (int i = 0; i > type; i--)
                drawn = std::min(drawn, draw(n));
            return scaled(drawn, n);
        }
        // So many draws are slow: the distribution of their largest is known.
        const double largest = std::pow(next(), 1.0 / ((type > 0 ? type : -type) + 1));
        return limited(double(n) * (type > 0 ? largest : 1 - largest), n);
    }
};

// ---------------------------------------------------------------------------------------------------------------
// Patterns

namespace testlib_internal {

// True where the text has this character here as a sign of the pattern's own: no backslash stands before it.
inline bool is_sign(const std::string &text, size_t at, char sign) {
    if (at >= text.size() || text[at] != sign)
        return false;
    size_t slashes = 0;
    while (slashes < at && text[at - 1 - slashes] == '\\')
        slashes++;
    return slashes % 2 == 0;
}

inline char take_character(const std::string &text, size_t &at) {
    at += text[at] == '\\' ? 2 : 1;
    return at <= text.size() ? text[at - 1] : '\0';
}

[[noreturn]] TESTLIB_COLD inline void bad_pattern(const std::string &text) {
    quit(_fail, "pattern: Illegal pattern (or part) \"" + text + "\"");
}

}  // namespace testlib_internal

inline void pattern::take_set(const std::string &text, size_t &at) {
    using namespace testlib_internal;
    if (!is_sign(text, at, '[')) {
        set_ = take_character(text, at);
        return;
    }
    at++;
    const bool others = is_sign(text, at, '^');
    if (others)
        at++;
    char last = 0;  // the character that may yet begin a range
    while (at < text.size() && !is_sign(text, at, ']')) {
        if (last == 0 || !is_sign(text, at, '-')) {
            if (last != 0)
                set_ += last;
            last = take_character(text, at);
            continue;
        }
        at++;
        if (at + 1 == text.size() || is_sign(text, at, ']')) {  // the dash ends the set, so it means itself
            set_ += last;
            last = '-';
            continue;
        }
        const char end = at < text.size() ? take_character(text, at) : '\0';
        if (last > end)
            bad_pattern(text);
        for (int c = last; c <= end; c++)
            set_ += char(c);
        last = 0;
    }
    if (last != 0)
        set_ += last;
    if (!is_sign(text, at, ']'))
        bad_pattern(text);
    at++;
    if (others) {
        std::string complement;
        for (int code = 0; code < 255; code++)
            if (set_.find(char(code)) == std::string::npos)
                complement += char(code);
        set_ = complement;
    }
    std::sort(set_.begin(), set_.end());
}

inline void pattern::take_counts(const std::string &text, size_t &at) {
    using namespace testlib_internal;
    least_ = most_ = 1;
    if (is_sign(text, at, '?') || is_sign(text, at, '*') || is_sign(text, at, '+')) {
        least_ = text[at] == '+' ? 1 : 0;
        most_ = text[at] == '?' ? 1 : INT_MAX;
        at++;
        return;
    }
    if (!is_sign(text, at, '{'))
        return;
    std::vector<std::string> numbers(1);
    for (at++; at < text.size() && !is_sign(text, at, '}');) {
        if (is_sign(text, at, ',')) {
            numbers.push_back(std::string());
            at++;
        } else
            numbers.back() += take_character(text, at);
    }
    if (!is_sign(text, at, '}'))
        bad_pattern(text);
    at++;
    if (numbers.back().empty())
        numbers.pop_back();
    if (numbers.empty() || numbers.size() > 2 || std::sscanf(numbers.front().c_str(), "%d", &least_) != 1 ||
        std::sscanf(numbers.back().c_str(), "%d", &most_) != 1 || least_ > most_)
        bad_pattern(text);
}

inline pattern::pattern(const std::string &source) : source_(source) {
    using namespace testlib_internal;
    std::string text;
    for (size_t i = 0; i < source.size(); i++)
        if (!is_sign(source, i, ' '))
            text += source[i];

    int depth = 0;
    size_t group_end = 0;  // just after the first group
    std::vector<size_t> bars;
    for (size_t i = 0; i < text.size(); i++) {
        if (is_sign(text, i, '('))
            depth++;
        else if (is_sign(text, i, ')')) {
            if (--depth == 0 && group_end == 0)
                group_end = i + 1;
        } else if (depth < 0)
            bad_pattern(text);
        else if (depth == 0 && is_sign(text, i, '|'))
            bars.push_back(i);
    }
    if (depth != 0)
        bad_pattern(text);

    if (!bars.empty()) {
        size_t start = 0;
        bars.push_back(text.size());
        for (size_t bar : bars) {
            rest_.push_back(pattern(text.substr(start, bar - start)));
            start = bar + 1;
        }
    } else if (group_end > 0 && group_end == text.size() && is_sign(text, 0, '('))
        rest_.push_back(pattern(text.substr(1, text.size() - 2)));
    else {
        size_t at = 0;
        if (text.empty())
            bad_pattern(text);
        take_set(text, at);
        take_counts(text, at);
        if (at < text.size())
            rest_.push_back(pattern(text.substr(at)));
    }
}

// The match is greedy: a count takes as many characters as it can, and gives none back.
inline bool pattern::matches_from(const std::string &text, size_t start) const {
    if (most_ > 0) {
        const size_t most = size_t(most_);
        size_t count = 0;
        while (count < most && start + count < text.size() && set_.find(text[start + count]) != std::string::npos)
            count++;
        if (least_ > 0 && count < size_t(least_))
            return false;
        start += count;
    }
    for (const pattern &each : rest_)
        if (each.matches_from(text, start))
            return true;
    return rest_.empty() && start == text.size();
}

inline std::string pattern::next(random_t &random) const {
    if (most_ == INT_MAX)
        quit(_fail, "pattern: a text cannot be made of a pattern without an upper count");
    std::string text;
    if (most_ > 0)
        for (int left = random.next(most_ - least_ + 1) + least_; left > 0; left--)
            text += set_[size_t(random.next(int(set_.size())))];
    if (!rest_.empty())
        text += rest_[size_t(random.next(int(rest_.size())))].next(random);
    return text;
}

// ---------------------------------------------------------------------------------------------------------------
// Streams

namespace testlib_internal {

// What a stream reads from: a file in chunks; a text; or one of the standard streams, character by character,
// since an interactor must not wait for more than the program has written.
class Reader {
  public:
    static constexpr int END = 256;  // no byte

    bool open = false;
    int line = 1;  // counted in standard streams only, where a validator names it

    void set_file(std::FILE *file, bool standard) {
        *this = Reader();
        file_ = file;
        standard_ = standard;
        open = true;
    }

    void set_text(const std::string &text) {
        *this = Reader();
        buffer_ = text;
        open = true;
    }

    void close() {
        if (file_ != nullptr)
            std::fclose(file_);
        *this = Reader();
    }

    int peek() {
        if (at_ < buffer_.size() || fill())
            return buffer_[at_];
        return END;
    }

    int take() {
        const int c = peek();
        if (c != END) {
            at_++;
            if (standard_ && c == LF)
                line++;
        }
        return c;
    }

    void put_back(int c) {
        if (c == END || ended_)
            return;
        if (standard_ && c == LF)
            line--;
        if (at_ == 0)
            buffer_.insert(0, 1, char(c));
        else
            buffer_[--at_] = char(c);
    }

    void skip_blanks() {
        while (isBlanks(peek()))
            take();
    }

    // Append characters up to the next blank or the end, or until there are more than `most`.
    void append_token(std::string &token, size_t most) {
        while (token.size() <= most && (at_ < buffer_.size() || fill())) {
            size_t end = at_;
            while (end < buffer_.size() && !isBlanks(buffer_[end]))
                end++;
            token.append(buffer_, at_, end - at_);
            at_ = end;
            if (end < buffer_.size())
                return;
        }
    }

    // Append characters up to the next end of a line, if it is in the buffer.
    void append_line(std::string &text) {
        size_t end = at_;
        while (end < buffer_.size() && !isEoln(buffer_[end]))
            end++;
        text.append(buffer_, at_, end - at_);
        at_ = end;
    }

  private:
    static constexpr size_t CHUNK_BYTES = 1 << 16;

    std::FILE *file_ = nullptr;
    bool standard_ = false;
    bool ended_ = false;  // a standard stream that has ended stays so
    std::string buffer_;
    size_t at_ = 0;

    bool fill() {
        if (file_ == nullptr || ended_)
            return false;
        at_ = 0;
        if (standard_) {
            const int c = std::getc(file_);
            ended_ = c == EOF || c == EOFC;
            buffer_.assign(ended_ ? 0 : 1, char(c));
            return !ended_;
        }
        buffer_.resize(CHUNK_BYTES);
        buffer_.resize(std::fread(&buffer_[0], 1, CHUNK_BYTES, file_));
        if (buffer_.empty() && std::ferror(file_))
            quit(_fail, "A file cannot be read");
        return !buffer_.empty();
    }
};

}  // namespace testlib_internal

struct InStream {
    static const int NO_INDEX = INT_MAX;

    std::string name;
    TMode mode = _input;
    bool opened = false;
    bool stdfile = false;
    bool strict = false;  // as a validator reads: blanks count
    int lastLine = -1;
    int readManyIteration = NO_INDEX;  // the index that a message names
    size_t maxFileSize = 128 * 1024 * 1024;
    size_t maxTokenLength = 32 * 1024 * 1024;
    size_t maxMessageLength = 32000;

    InStream() {}

    // A stream over a text, with the rules of another stream.
    InStream(const InStream &base, const std::string &content)
        : name("based on " + base.name), mode(base.mode), opened(true), strict(base.strict) {
        reader_.set_text(content);
    }

    InStream(const InStream &) = delete;
    InStream &operator=(const InStream &) = delete;

    ~InStream() { close(); }

    void init(const std::string &file_name, TMode its_mode);
    void init(std::FILE *file, TMode its_mode);
    void reset(std::FILE *file = nullptr);

    void close() {
        reader_.close();
        opened = false;
    }

    // Characters

    char curChar() { return char_of(reader_.peek()); }

    char nextChar() { return char_of(reader_.take()); }

    char readChar() { return nextChar(); }

    char readChar(char c) {
        lastLine = reader_.line;
        const char found = readChar();
        if (found != c)
            unexpected_character(found, c);
        return found;
    }

    char readSpace() { return readChar(' '); }

    void skipChar() { reader_.take(); }

    void unreadChar(char c) { reader_.put_back(c); }

    void skipBlanks() { reader_.skip_blanks(); }

    void skipBom() {
        const char bom[] = "\xEF\xBB\xBF";
        int count = 0;
        while (count < 3 && curChar() == bom[count]) {
            skipChar();
            count++;
        }
        if (count < 3)
            while (count > 0)
                unreadChar(bom[--count]);
    }

    // Ends

    bool eof() { return reader_.peek() == Reader::END; }

    bool seekEof() {
        skipBlanks();
        return eof();
    }

    bool eoln() {
        const int c = reader_.take();
        if (c == LF || (c == Reader::END && !strict))
            return true;
        if (c == CR && !strict) {
            if (reader_.peek() == LF) {
                reader_.take();
                return true;
            }
        }
        reader_.put_back(c);
        return false;
    }

    bool seekEoln() {
        while (reader_.peek() == ' ' || reader_.peek() == TAB)
            reader_.take();
        return eoln();
    }

    void readEoln() {
        lastLine = reader_.line;
        if (!eoln())
            quit(_pe, "Expected EOLN");
    }

    void readEof();

    // Words

    void readWordTo(std::string &word) {
        if (!strict)
            skipBlanks();
        lastLine = reader_.line;
        const int c = reader_.peek();
        if (c == Reader::END || isBlanks(c))
            no_token(c == Reader::END);
        word.clear();
        reader_.append_token(word, maxTokenLength);
        if (word.size() > maxTokenLength)
            long_token(word);
    }

    void readWordTo(std::string &word, const pattern &its_pattern, const std::string &variable = "") {
        readWordTo(word);
        if (!its_pattern.matches(word))
            no_match("Token", " parameter [name=", variable, word, its_pattern, NO_INDEX);
    }

    void readWordTo(std::string &word, const std::string &its_pattern, const std::string &variable = "") {
        readWordTo(word, pattern(its_pattern), variable);
    }

    std::string readWord() {
        readWordTo(_tmpReadToken);
        return _tmpReadToken;
    }

    std::string readWord(const pattern &its_pattern, const std::string &variable = "") {
        readWordTo(_tmpReadToken);
        if (!its_pattern.matches(_tmpReadToken))
            no_match("Token", " parameter [name=", variable, _tmpReadToken, its_pattern, readManyIteration);
        return _tmpReadToken;
    }

    std::string readWord(const std::string &its_pattern, const std::string &variable = "") {
        return readWord(pattern(its_pattern), variable);
    }

    void readTokenTo(std::string &token) { readWordTo(token); }

    void readTokenTo(std::string &token, const pattern &its_pattern, const std::string &variable = "") {
        readWordTo(token, its_pattern, variable);
    }

    void readTokenTo(std::string &token, const std::string &its_pattern, const std::string &variable = "") {
        readWordTo(token, its_pattern, variable);
    }

    std::string readToken() { return readWord(); }

    std::string readToken(const pattern &its_pattern, const std::string &variable = "") {
        return readWord(its_pattern, variable);
    }

    std::string readToken(const std::string &its_pattern, const std::string &variable = "") {
        return readWord(its_pattern, variable);
    }

    // Lines

    void readStringTo(std::string &line);

    void readStringTo(std::string &line, const pattern &its_pattern, const std::string &variable = "") {
        readStringTo(line);
        if (!its_pattern.matches(line))
            no_match("Line", " [name=", variable, line, its_pattern, readManyIteration);
    }

    void readStringTo(std::string &line, const std::string &its_pattern, const std::string &variable = "") {
        readStringTo(line, pattern(its_pattern), variable);
    }

    std::string readString() {
        readStringTo(_tmpReadToken);
        return _tmpReadToken;
    }

    std::string readString(const pattern &its_pattern, const std::string &variable = "") {
        readStringTo(_tmpReadToken, its_pattern, variable);
        return _tmpReadToken;
    }

    std::string readString(const std::string &its_pattern, const std::string &variable = "") {
        return readString(pattern(its_pattern), variable);
    }

    void readLineTo(std::string &line) { readStringTo(line); }

    void readLineTo(std::string &line, const pattern &its_pattern, const std::string &variable = "") {
        readStringTo(line, its_pattern, variable);
    }

    void readLineTo(std::string &line, const std::string &its_pattern, const std::string &variable = "") {
        readStringTo(line, its_pattern, variable);
    }

    std::string readLine() { return readString(); }

    std::string readLine(const pattern &its_pattern, const std::string &variable = "") {
        return readString(its_pattern, variable);
    }

    std::string readLine(const std::string &its_pattern, const std::string &variable = "") {
        return readString(its_pattern, variable);
    }

    void nextLine() { readLine(); }

    // Numbers

    int readInteger();
    long long readLong();
    unsigned long long readUnsignedLong();
    double readReal();

    int readInt() { return readInteger(); }

    double readDouble() { return readReal(); }

    int readInteger(int least, int most, const std::string &variable = "") {
        return within(readInteger(), least, most, "Integer", variable);
    }

    int readInt(int least, int most, const std::string &variable = "") {
        return within(readInteger(), least, most, "Integer", variable);
    }

    long long readLong(long long least, long long most, const std::string &variable = "") {
        return within(readLong(), least, most, "Integer", variable);
    }

    unsigned long long readUnsignedLong(unsigned long long least, unsigned long long most,
                                        const std::string &variable = "") {
        return within(readUnsignedLong(), least, most, "Unsigned integer", variable);
    }

    unsigned long long readLong(unsigned long long least, unsigned long long most, const std::string &variable = "") {
        return readUnsignedLong(least, most, variable);
    }

    double readReal(double least, double most, const std::string &variable = "") {
        return within(readReal(), least, most, "Double", variable);
    }

    double readDouble(double least, double most, const std::string &variable = "") {
        return readReal(least, most, variable);
    }

    double readStrictReal(double least, double most, int least_digits, int most_digits,
                          const std::string &variable = "");

    double readStrictDouble(double least, double most, int least_digits, int most_digits,
                            const std::string &variable = "") {
        return readStrictReal(least, most, least_digits, most_digits, variable);
    }

    // Several values. A message names the index of the one that is wrong, which counts from `base`.

#define TESTLIB_MANY(type, many, one)                                                                                \
    std::vector<type> many(int size, int base = 1) {                                                                 \
        return several<type>(#many, size, base, true, [this]() { return this->one(); });                             \
    }

#define TESTLIB_MANY_WITHIN(type, many, one)                                                                         \
    std::vector<type> many(int size, type least, type most, const std::string &variable = "", int base = 1) {        \
        return several<type>(#many, size, base, true, [&]() { return this->one(least, most, variable); });           \
    }

#define TESTLIB_MANY_STRICT(many)                                                                                    \
    std::vector<double> many(int size, double least, double most, int least_digits, int most_digits,                 \
                             const std::string &variable = "", int base = 1) {                                       \
        return several<double>(#many, size, base, true, [&]() {                                                      \
            return this->readStrictReal(least, most, least_digits, most_digits, variable);                           \
        });                                                                                                          \
    }

#define TESTLIB_MANY_TEXTS(many, one, spaces)                                                                        \
    std::vector<std::string> many(int size, int base = 1) {                                                          \
        return several<std::string>(#many, size, base, spaces, [this]() { return this->one(); });                    \
    }                                                                                                                \
    std::vector<std::string> many(int size, const pattern &its_pattern, const std::string &variable = "",            \
                                  int base = 1) {                                                                    \
        return several<std::string>(#many, size, base, spaces, [&]() { return this->one(its_pattern, variable); });  \
    }                                                                                                                \
    std::vector<std::string> many(int size, const std::string &its_pattern, const std::string &variable = "",        \
                                  int base = 1) {                                                                    \
        return many(size, pattern(its_pattern), variable, base);                                                     \
    }

    TESTLIB_MANY(int, readIntegers, readInteger)
    TESTLIB_MANY(int, readInts, readInteger)
    TESTLIB_MANY(long long, readLongs, readLong)
    TESTLIB_MANY(unsigned long long, readUnsignedLongs, readUnsignedLong)
    TESTLIB_MANY(double, readReals, readReal)
    TESTLIB_MANY(double, readDoubles, readReal)
    TESTLIB_MANY_WITHIN(int, readIntegers, readInteger)
    TESTLIB_MANY_WITHIN(int, readInts, readInteger)
    TESTLIB_MANY_WITHIN(long long, readLongs, readLong)
    TESTLIB_MANY_WITHIN(unsigned long long, readLongs, readUnsignedLong)
    TESTLIB_MANY_WITHIN(unsigned long long, readUnsignedLongs, readUnsignedLong)
    TESTLIB_MANY_WITHIN(double, readReals, readReal)
    TESTLIB_MANY_WITHIN(double, readDoubles, readReal)
    TESTLIB_MANY_STRICT(readStrictReals)
    TESTLIB_MANY_STRICT(readStrictDoubles)
    TESTLIB_MANY_TEXTS(readWords, readWord, true)
    TESTLIB_MANY_TEXTS(readTokens, readWord, true)
    TESTLIB_MANY_TEXTS(readStrings, readString, false)
    TESTLIB_MANY_TEXTS(readLines, readString, false)

    // Ends of the program. A stream of the jury turns every result into a failure.

    [[noreturn]] TESTLIB_COLD void quit(TResult result, const char *message) { quits(result, message); }

    [[noreturn]] TESTLIB_COLD void quit(TResult result, const std::string &message) { quits(result, message.c_str()); }

    [[noreturn]] TESTLIB_COLD void quits(TResult result, std::string message);

    [[noreturn]] TESTLIB_COLD TESTLIB_PRINTF(3, 4) void quitf(TResult result, const char *format, ...) {
        TESTLIB_WRITTEN(format, message);
        quits(result, message);
    }

    TESTLIB_PRINTF(4, 5) void quitif(bool condition, TResult result, const char *format, ...) {
        if (condition) {
            TESTLIB_WRITTEN(format, message);
            quits(result, message);
        }
    }

    TESTLIB_PRINTF(3, 4) void ensuref(bool condition, const char *format, ...) {
        if (!condition) {
            TESTLIB_WRITTEN(format, message);
            quits(_wa, message);
        }
    }

    void __testlib_ensure(bool condition, const char *message) {
        if (!condition)
            quits(_wa, message);
    }

    // What was read does not fit: the result is the format's, and the message shows the token.
    [[noreturn]] TESTLIB_COLD void not_expected(const char *expected, const std::string &token,
                                                const char *remark = "") {
        quits(_pe, std::string("Expected ") + expected + ", but \"" + compress(token) + "\" found" + remark);
    }

  private:
    typedef testlib_internal::Reader Reader;

    Reader reader_;
    std::string _tmpReadToken;

    static char char_of(int c) { return c == Reader::END ? char(EOFC) : char(c); }

    void read_number_to(std::string &token, const char *what) {
        if (!strict && seekEof())
            no_number(what);
        readWordTo(token);
    }

    [[noreturn]] TESTLIB_COLD void no_number(const char *what) {
        quits(_unexpected_eof, std::string("Unexpected end of file - ") + what + " expected");
    }

    [[noreturn]] TESTLIB_COLD void no_token(bool at_end) {
        if (at_end)
            no_number("token");
        reader_.take();
        quits(_pe, "Unexpected white-space - token expected");
    }

    [[noreturn]] TESTLIB_COLD void long_token(const std::string &token) {
        quitf(_pe, "Length of token exceeds %d, token is '%s...'", int(maxTokenLength),
              compress(token.substr(0, maxTokenLength + 1)).c_str());
    }

    [[noreturn]] TESTLIB_COLD void unexpected_character(char found, char c) {
        const std::string shown =
            isEoln(found) ? "#" + vtos(int(found)) : std::string("'") + std::string(1, found) + "'";
        quits(_pe, "Unexpected character " + shown + ", but '" + std::string(1, c) + "' expected");
    }

    // "Integer element a[3] equals to 7", and the like: what a value is called in a message.
    TESTLIB_COLD static std::string called(const char *kind, const char *named, const std::string &variable,
                                           int index) {
        std::string text(kind);
        if (index == NO_INDEX)
            text += named + variable + "]";
        else if (variable.empty())
            text += " element [index=" + vtos(index) + "]";
        else
            text += " element " + variable + "[" + vtos(index) + "]";
        return text + " equals to ";
    }

    [[noreturn]] TESTLIB_COLD void no_match(const char *kind, const char *named, const std::string &variable,
                                            const std::string &text, const pattern &its_pattern, int index) {
        const std::string value = "\"" + compress(text) + "\"";
        const std::string rule = " doesn't correspond to pattern \"" + its_pattern.src() + "\"";
        if (variable.empty() && index == NO_INDEX)
            quits(_wa, std::string(kind) + " " + value + rule);
        quits(_wa, called(kind, named, variable, index) + value + (variable.empty() ? "" : ",") + rule);
    }

    template <typename T> T within(T value, T least, T most, const char *kind, const std::string &variable) {
        if (value < least || value > most)
            out_of_range(value, least, most, kind, variable);
        return value;
    }

    template <typename T>
    [[noreturn]] TESTLIB_COLD void out_of_range(T value, T least, T most, const char *kind,
                                                const std::string &variable) {
        violation(kind, variable, vtos(value), testlib_internal::bound_text(least), testlib_internal::bound_text(most));
    }

    [[noreturn]] TESTLIB_COLD void violation(const char *kind, const std::string &variable, const std::string &value,
                                             const std::string &least, const std::string &most) {
        const std::string rule = " violates the range [" + least + ", " + most + "]";
        if (variable.empty() && readManyIteration == NO_INDEX)
            quits(_wa, std::string(kind) + " " + value + rule);
        quits(_wa, called(kind, " parameter [name=", variable, readManyIteration) + value + "," + rule);
    }

    template <typename T, typename Read>
    std::vector<T> several(const char *call, int size, int base, bool spaces, Read read) {
        if (size < 0 || size > 100000000)
            bad_size(call, size);
        std::vector<T> values(static_cast<size_t>(size));
        readManyIteration = base;
        for (T &value : values) {
            if (strict && spaces && &value != &values[0])
                readSpace();
            value = read();
            readManyIteration++;
        }
        readManyIteration = NO_INDEX;
        return values;
    }

    [[noreturn]] TESTLIB_COLD void bad_size(const char *call, int size) {
        quits(_fail, std::string(call) + (size < 0 ? ": size should be non-negative."
                                                   : ": size should be at most 100000000."));
    }

    [[noreturn]] TESTLIB_COLD static void finish(TResult result, const std::string &message);
};

InStream inf;
InStream ouf;
InStream ans;
std::fstream tout;
random_t rnd;
TTestlibMode testlibMode = _unknown;
bool appesMode = false;
std::string appesModeEncoding = "windows-1251";
std::string resultName;
std::string checkerName = "untitled checker";

namespace testlib_internal {

// What the whole program knows.
struct State {
    bool guarded = true;     // the end of the program is checked
    bool registered = false;
    bool ended = false;      // by a quit function, or a validator by readEof
    bool has_points = false;
    double points = 0.0;
    int test_case = -1;      // none
    bool from_zero = false;  // test cases are counted from zero
    bool any_test_case = false;
    std::string testset, group;
};

State state;

}  // namespace testlib_internal

// ---------------------------------------------------------------------------------------------------------------
// Numbers of a token

namespace testlib_internal {

inline bool all_digits(const char *start, const char *end) {
    for (; start != end; start++)
        if (*start < '0' || *start > '9')
            return false;
    return true;
}

// Read decimal digits without a sign and without needless zeros.
inline bool digits_to(const char *start, const char *end, unsigned long long &value) {
    if (start == end || end - start > 20 || (*start == '0' && end - start > 1) || !all_digits(start, end))
        return false;
    value = 0;
    for (; start != end; start++) {
        const unsigned digit = unsigned(*start - '0');
        if (value > (ULLONG_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    return true;
}

inline const char *nul_remark(const std::string &token) {
    return token.find('\0') == std::string::npos ? "" : " (it contains \\0)";
}

}  // namespace testlib_internal

inline long long stringToLongLong(InStream &stream, const std::string &token) {
    const char *start = token.data(), *end = start + token.size();
    const bool negative = start != end && *start == '-';
    unsigned long long size;
    if (!testlib_internal::digits_to(start + negative, end, size) || (negative && size == 0) ||
        size > (unsigned long long)LLONG_MAX + negative)
        stream.not_expected("integer", token, testlib_internal::nul_remark(token));
    return negative ? -(long long)(size - 1) - 1 : (long long)size;
}

inline unsigned long long stringToUnsignedLongLong(InStream &stream, const std::string &token) {
    unsigned long long value;
    if (!testlib_internal::digits_to(token.data(), token.data() + token.size(), value))
        stream.not_expected("unsigned integer", token, testlib_internal::nul_remark(token));
    return value;
}

inline double stringToDouble(InStream &stream, const std::string &token) {
    // Of what the library's function reads, hexadecimal numbers and words are not meant.
    if (token.empty() || token.find_first_not_of("0123456789.eE+-") != std::string::npos)
        stream.not_expected("double", token, testlib_internal::nul_remark(token));
    char *end, rest;
    double value = std::strtod(token.c_str(), &end);
    // Where "1e" is a number for the C library's scanf, it is one for testlib.
    if (end != token.c_str() + token.size() && std::sscanf(token.c_str(), "%lf%c", &value, &rest) != 1)
        stream.not_expected("double", token);
    return value;
}

inline double stringToStrictDouble(InStream &stream, const std::string &token, int least_digits, int most_digits) {
    using namespace testlib_internal;
    if (token.find('\0') != std::string::npos)
        stream.not_expected("double", token, nul_remark(token));
    if (least_digits < 0)
        stream.quit(_fail, "stringToStrictDouble: minAfterPointDigitCount should be non-negative.");
    if (least_digits > most_digits)
        stream.quit(_fail,
                    "stringToStrictDouble: minAfterPointDigitCount should be less or equal to maxAfterPointDigitCount.");
    const char *start = token.data(), *end = start + token.size();
    const bool negative = start != end && *start == '-';
    const char *head = start + negative, *point = std::find(head, end, '.');
    const char *tail = point == end ? end : point + 1;
    // "-.5" has a wrong beginning, which is told after its number of digits.
    const bool headless = negative && head == point && point != end;
    if (token.size() > 1000 || !all_digits(head, point) || !all_digits(tail, end) ||
        (head == point && !headless) || (point != end && tail == end))
        stream.not_expected("strict double", token);
    const int digits = int(end - tail);
    if (digits < least_digits || digits > most_digits)
        stream.quitf(_pe, "Expected strict double with number of digits after point in range [%d,%d], but \"%s\" found",
                     least_digits, most_digits, compress(token).c_str());
    if (headless || (*head == '0' && point - head > 1))
        stream.not_expected("strict double", token);
    const double value = std::strtod(token.c_str(), nullptr);
    if (is_infinite(value))
        stream.not_expected("double", token);
    if (negative && value >= 0)
        stream.quitf(_pe, "Redundant minus in \"%s\" found", compress(token).c_str());
    return value;
}

inline int InStream::readInteger() {
    read_number_to(_tmpReadToken, "int32");
    const long long value = stringToLongLong(*this, _tmpReadToken);
    if (value < INT_MIN || value > INT_MAX)
        not_expected("int32", _tmpReadToken);
    return int(value);
}

inline long long InStream::readLong() {
    read_number_to(_tmpReadToken, "int64");
    return stringToLongLong(*this, _tmpReadToken);
}

inline unsigned long long InStream::readUnsignedLong() {
    read_number_to(_tmpReadToken, "int64");
    return stringToUnsignedLongLong(*this, _tmpReadToken);
}

inline double InStream::readReal() {
    read_number_to(_tmpReadToken, "double");
    return stringToDouble(*this, _tmpReadToken);
}

inline double InStream::readStrictReal(double least, double most, int least_digits, int most_digits,
                                       const std::string &variable) {
    read_number_to(_tmpReadToken, "strict double");
    return within(stringToStrictDouble(*this, _tmpReadToken, least_digits, most_digits), least, most, "Strict double",
                  variable);
}

// ---------------------------------------------------------------------------------------------------------------
// Lines and files

// A carriage return that ends no line is lost, and the character after it is taken as it is: testlib reads so.
inline void InStream::readStringTo(std::string &line) {
    if (!reader_.open)
        quit(_pe, "Expected line");
    line.clear();
    while (true) {
        lastLine = reader_.line;
        reader_.append_line(line);
        int c = reader_.peek();
        if (c == LF || c == Reader::END)
            break;
        if (c == CR) {
            reader_.take();
            if (reader_.peek() == LF) {
                reader_.put_back(CR);
                break;
            }
            line += nextChar();
        }
    }
    if (strict)
        readEoln();
    else
        eoln();
}

inline void InStream::readEof() {
    lastLine = reader_.line;
    if (!eof())
        quit(_pe, "Expected EOF");
    if (this == &inf && testlibMode == _validator)
        testlib_internal::state.ended = true;
}

inline void InStream::reset(std::FILE *file) {
    if (opened && stdfile)
        quit(_fail, "Can't reset standard handle");
    if (opened)
        close();
    if (file == nullptr && !stdfile) {
        file = std::fopen(name.c_str(), "rb");
        if (file == nullptr && mode == _output)
            quits(_pe, "Output file not found: \"" + name + "\"");
        if (file == nullptr && mode == _answer)
            quits(_fail, "Answer file not found: \"" + name + "\"");
    }
    opened = file != nullptr;
    if (!opened)
        return;
    reader_.set_file(file, stdfile);
    if (stdfile || std::fseek(file, 0, SEEK_END) != 0)
        return;
    const long size = std::ftell(file);
    std::rewind(file);
    if (size > 0 && size_t(size) > maxFileSize)
        quitf(_pe, "File size exceeds %d bytes, size is %d", int(maxFileSize), int(size));
}

inline void InStream::init(const std::string &file_name, TMode its_mode) {
    opened = stdfile = false;
    name = file_name;
    mode = its_mode;
    reset();
}

inline void InStream::init(std::FILE *file, TMode its_mode) {
    opened = false;
    stdfile = file == stdin || file == stdout || file == stderr;
    name = file == stdin ? "stdin" : file == stdout ? "stdout" : file == stderr ? "stderr" : "untitled";
    mode = its_mode;
    reset(file);
}

// ---------------------------------------------------------------------------------------------------------------
// The end of a program

inline void setTestCase(int test_case) {
    testlib_internal::State &state = testlib_internal::state;
    if (!state.any_test_case)
        state.from_zero = test_case == 0;
    state.any_test_case = true;
    state.test_case = test_case + (state.from_zero ? 1 : 0);
}

inline void unsetTestCase() { testlib_internal::state.test_case = -1; }

inline int getTestCase() { return testlib_internal::state.test_case; }

inline void disableFinalizeGuard() { testlib_internal::state.guarded = false; }

// Checkers set it to false, too.
struct TestlibFinalizeGuard {
    static bool &alive;
};

bool &TestlibFinalizeGuard::alive = testlib_internal::state.guarded;

TESTLIB_COLD inline int resultExitCode(TResult result) {
    switch (int(result)) {
        case _ok: return OK_EXIT_CODE;
        case _wa: return WA_EXIT_CODE;
        case _pe: return PE_EXIT_CODE;
        case _dirt: return DIRT_EXIT_CODE;
        case _points: return POINTS_EXIT_CODE;
#ifdef ENABLE_UNEXPECTED_EOF
        case _unexpected_eof: return UNEXPECTED_EOF_EXIT_CODE;
#else
        case _unexpected_eof: return PE_EXIT_CODE;
#endif
    }
    return result >= _partially ? PC_BASE_EXIT_CODE + (result - _partially) : FAIL_EXIT_CODE;
}

[[noreturn]] TESTLIB_COLD inline void halt(int exit_code) { std::exit(exit_code); }

namespace testlib_internal {

// The words about a result: what its message begins with, and what a report calls it.
struct Words {
    std::string beginning;
    const char *outcome;
};

TESTLIB_COLD inline Words words_of(TResult result) {
    switch (int(result)) {
        case _ok: return {"ok ", "accepted"};
        case _wa: return {"wrong answer ", "wrong-answer"};
        case _pe: return {"wrong output format ", "presentation-error"};
        case _fail: return {"FAIL ", "fail"};
        case _points: return {"points ", "points"};
        case _unexpected_eof: return {"unexpected eof ", "unexpected-eof"};
    }
    return {print("partially correct (%d) ", result - _partially), "partially-correct"};
}

TESTLIB_COLD inline void write_report(std::FILE *report, TResult result, const std::string &message) {
    if (!appesMode) {
        std::fputs(message.c_str(), report);
        return;
    }
    std::fprintf(report, "<?xml version=\"1.0\" encoding=\"%s\"?><result outcome = \"%s\"", appesModeEncoding.c_str(),
                 words_of(result).outcome);
    if (result >= _partially)
        std::fprintf(report, " pctype = \"%d\"", result - _partially);
    if (result == _points)
        std::fprintf(report, " points = \"%s\"", short_fraction("%.10f", state.points).c_str());
    std::fputs(">", report);
    for (char c : message) {
        if (c == '&')
            std::fputs("&amp;", report);
        else if (c == '<')
            std::fputs("&lt;", report);
        else if (c == '>')
            std::fputs("&gt;", report);
        else if (c == '"')
            std::fputs("&quot;", report);
        else
            std::fputc(c >= 0 && c < 32 ? '.' : c, report);
    }
    std::fputs("</result>\n", report);
}

TESTLIB_COLD inline void add_note(std::string &notes, const std::string &note) {
    if (notes.find(note) == std::string::npos)
        notes += (notes.empty() ? "" : ", ") + note;
}

TESTLIB_COLD inline void add_test_case(std::string &notes, TResult result) {
    const int number = state.test_case;
    if (number == -1)
        return;
    if (result == _ok || result == _points)
        add_note(notes, digits_of(number) + (number == 1 ? " test case" : " test cases"));
    else
        add_note(notes, "test case " + digits_of(number));
}

}  // namespace testlib_internal

inline void InStream::quits(TResult result, std::string message) {
    using namespace testlib_internal;
    state.ended = true;
    message = trim(message.c_str());
#ifndef ENABLE_UNEXPECTED_EOF
    if (result == _unexpected_eof)
        result = _pe;
#endif
    std::string notes;  // what stands in brackets behind the message
    add_test_case(notes, result);
    if (mode != _output && result != _fail) {
        result = _fail;
        add_note(notes, name);
        if (mode == _input && testlibMode == _validator && lastLine != -1)
            add_note(notes, "line " + vtos(lastLine));
        add_test_case(notes, result);
    }
    if (message.size() > maxMessageLength) {
        const std::string warning =
            "message length exceeds " + vtos(maxMessageLength) + ", the message is truncated: ";
        // A limit below the length of the warning wraps around, and cuts off nothing.
        message = warning + message.substr(0, maxMessageLength - warning.size());
    }
    if ((result == _ok || result == _points || result >= _partially) && testlibMode != _interactor && !ouf.seekEof())
        quits(_dirt, "Extra information in the output file");
    if (result == _dirt)
        result = _pe;
    if (result > _points && result < _partially && result != _unexpected_eof)
        quits(_fail, "What is the code ??? ");
    if (!notes.empty())
        message += (message.empty() && result == _fail ? "(" : " (") + notes + ")";
    finish(result, message);
}

inline void InStream::finish(TResult result, const std::string &message) {
    using namespace testlib_internal;
    if (!resultName.empty()) {
        if (appesMode && result == _points && !state.has_points) {
            ouf.quit(_fail, "Expected points, but infinity found");
        }
        std::FILE *report = std::fopen(resultName.c_str(), "w");
        if (report != nullptr)
            write_report(report, result, message);
        if (report == nullptr || std::fclose(report) != 0) {
            resultName.clear();
            ouf.quit(_fail, "Can not write to the result file");
        }
        std::fputs("\nSee file to check exit message\n", stderr);
    } else
        std::fprintf(stderr, "%s%s\n", words_of(result).beginning.c_str(), message.c_str());
    inf.close();
    ouf.close();
    ans.close();
    if (tout.is_open())
        tout.close();
    halt(resultExitCode(result));
}

inline void quit(TResult result, const std::string &message) { ouf.quits(result, message); }

inline void quit(TResult result, const char *message) { ouf.quits(result, message); }

[[noreturn]] TESTLIB_COLD TESTLIB_PRINTF(2, 3) inline void quitf(TResult result, const char *format, ...) {
    TESTLIB_WRITTEN(format, message);
    quit(result, message);
}

TESTLIB_PRINTF(3, 4) inline void quitif(bool condition, TResult result, const char *format, ...) {
    if (condition) {
        TESTLIB_WRITTEN(format, message);
        quit(result, message);
    }
}

namespace testlib_internal {

[[noreturn]] TESTLIB_COLD inline void quit_with_points(double points, bool whole, const std::string &message) {
    if (std::isnan(points))
        quit(_fail, "Parameter 'points' can't be nan");
    if (is_infinite(points))
        quit(_fail, "Parameter 'points' can't be infinite");
    if (points < -1e-8)
        quit(_fail, "Parameter 'points' can't be negative");
    if (points > 1e6 + 1e-8)
        quit(_fail, "Parameter 'points' can't be greater than 1E6");
    state.has_points = true;
    state.points = points <= 0.0 ? 0.0 : std::min(points, 1e6);
    const std::string number = whole ? digits_of((long long)points) : short_fraction("%.10f", state.points);
    quit(_points, number + (message.empty() ? "" : " ") + message.c_str());
}

}  // namespace testlib_internal

[[noreturn]] TESTLIB_COLD inline void quitp(float points, const std::string &message = "") {
    testlib_internal::quit_with_points(double(points), false, message);
}

[[noreturn]] TESTLIB_COLD inline void quitp(double points, const std::string &message = "") {
    testlib_internal::quit_with_points(points, false, message);
}

[[noreturn]] TESTLIB_COLD inline void quitp(long double points, const std::string &message = "") {
    testlib_internal::quit_with_points(double(points), false, message);
}

[[noreturn]] TESTLIB_COLD inline void quitp(int points, const std::string &message = "") {
    testlib_internal::quit_with_points(double(points), true, message);
}

template <typename Points>
[[noreturn]] TESTLIB_COLD TESTLIB_PRINTF(2, 3) inline void quitp(Points points, const char *format, ...) {
    TESTLIB_WRITTEN(format, message);
    quitp(points, message);
}

[[noreturn]] TESTLIB_COLD inline void quitpi(const std::string &info, const std::string &message = "") {
    if (info.find(' ') != std::string::npos)
        quit(_fail, "Parameter 'points_info' can't contain spaces");
    quit(_points, "points_info=" + info + (message.empty() ? "" : " ") + message);
}

inline void __testlib_ensure(bool condition, const char *message) {
    if (!condition)
        quit(_fail, message);
}

inline void __testlib_ensure(bool condition, const std::string &message) {
    __testlib_ensure(condition, message.c_str());
}

#define TESTLIB_QUOTED(text) #text
#define TESTLIB_QUOTED_VALUE(macro) TESTLIB_QUOTED(macro)
#define ensure(condition) __testlib_ensure((condition), "Condition failed: \"" #condition "\"")
#define ensure_ext(condition) \
    __testlib_ensure((condition), "Line " TESTLIB_QUOTED_VALUE(__LINE__) ": Condition failed: \"" #condition "\"")

TESTLIB_PRINTF(2, 3) inline void ensuref(bool condition, const char *format, ...) {
    if (!condition) {
        TESTLIB_WRITTEN(format, message);
        quit(_fail, message);
    }
}

namespace testlib_internal {

template <typename T> inline std::string found_text(const T &value) { return vtos(value); }

inline std::string found_text(const std::string &value) { return value; }

inline std::string found_text(const char *value) { return value; }

inline std::string found_text(double value) { return short_fraction("%.12f", value); }

inline std::string found_text(float value) { return found_text(double(value)); }

inline std::string found_text(long double value) { return found_text(double(value)); }

}  // namespace testlib_internal

template <typename T> [[noreturn]] TESTLIB_COLD inline void expectedButFound(TResult result, T expected, T found) {
    quit(result, "expected '" + compress(testlib_internal::found_text(expected)) + "', but found '" +
                     compress(testlib_internal::found_text(found)) + "'");
}

template <typename T>
[[noreturn]] TESTLIB_COLD TESTLIB_PRINTF(4, 5) inline void expectedButFound(TResult result, T expected, T found,
                                                                          const char *format, ...) {
    TESTLIB_WRITTEN(format, beginning);
    quit(result, compress(beginning) + (beginning.empty() ? "" : ": ") + "expected '" +
                     compress(testlib_internal::found_text(expected)) + "', but found '" +
                     compress(testlib_internal::found_text(found)) + "'");
}

// ---------------------------------------------------------------------------------------------------------------
// The start of a program

TESTLIB_PRINTF(1, 2) inline void setName(const char *format, ...) {
    TESTLIB_WRITTEN(format, text);
    checkerName = text;
}

inline void setAppesModeEncoding(const std::string &encoding) { appesModeEncoding = lowerCase(encoding); }

inline std::string getTestset() { return testlib_internal::state.testset; }

inline std::string getGroup() { return testlib_internal::state.group; }

namespace testlib_internal {

// What a checker and a validator ask for by name.
struct Arguments {
    std::string testset() const { return state.testset.empty() ? "tests" : state.testset; }

    std::string group() const { return state.group; }
};

[[noreturn]] TESTLIB_COLD inline void usage(const char *arguments) {
    quit(_fail, std::string("Program must be run with the following arguments: ") + arguments);
}

// Take the options out of the arguments. What is left is the program and its files.
TESTLIB_COLD inline std::vector<const char *> files_of(int count, char *arguments[]) {
    std::vector<const char *> files;
    for (int i = 0; i < count; i++) {
        const bool testset = i > 0 && std::strcmp(arguments[i], "--testset") == 0;
        if (!testset && (i == 0 || std::strcmp(arguments[i], "--group") != 0)) {
            files.push_back(arguments[i]);
            continue;
        }
        if (i + 1 == count || (testset && !*arguments[i + 1]))
            usage(testset ? "--testset testset" : "--group group");
        (testset ? state.testset : state.group) = arguments[++i];
    }
    return files;
}

TESTLIB_COLD inline void set_report(const std::vector<const char *> &files, const char *arguments) {
    if (files.size() > 4)
        resultName = files[4];
    appesMode = files.size() > 5;
    if (appesMode && std::strcmp(files[5], "-appes") != 0 && std::strcmp(files[5], "-APPES") != 0) {
        resultName.clear();
        usage(arguments);
    }
}

TESTLIB_COLD inline void start(TTestlibMode mode) {
    testlibMode = mode;
    state.registered = true;
}

}  // namespace testlib_internal

testlib_internal::Arguments checker;
testlib_internal::Arguments validator;

TESTLIB_COLD inline void registerTestlibCmd(int argc, char *argv[]) {
    using namespace testlib_internal;
    const char *usual =
        "[--testset testset] [--group group] <input-file> <output-file> <answer-file> [<report-file> [<-appes>]]";
    start(_checker);
    const std::vector<const char *> files = files_of(argc, argv);
    if (files.size() < 4 || files.size() > 6)
        usage(usual);
    set_report(files, usual);
    inf.init(files[1], _input);
    ouf.init(files[2], _output);
    ouf.skipBom();
    ans.init(files[3], _answer);
}

// The same, of files that the checker itself names.
TESTLIB_COLD inline void registerTestlib(int count, ...) {
    std::vector<char *> arguments(1, const_cast<char *>("checker"));
    va_list names;
    va_start(names, count);
    for (int i = 0; i < count; i++)
        arguments.push_back(va_arg(names, char *));
    va_end(names);
    registerTestlibCmd(count + 1, arguments.data());
}

TESTLIB_COLD inline void registerInteraction(int argc, char *argv[]) {
    using namespace testlib_internal;
    const char *usual = "<input-file> <output-file> [<answer-file> [<report-file> [<-appes>]]]";
    start(_interactor);
    const std::vector<const char *> files = files_of(argc, argv);
    if (files.size() < 3 || files.size() > 6)
        usage(usual);
    set_report(files, usual);
    inf.init(files[1], _input);
    tout.open(files[2], std::ios_base::out);
    if (!tout.is_open())
        quit(_fail, std::string("Can not write to the test-output-file '") + files[2] + "'");
    ouf.init(stdin, _output);
    if (files.size() > 3)
        ans.init(files[3], _answer);
    else
        ans.name = "unopened answer stream";
}

TESTLIB_COLD inline void registerValidation() {
    testlib_internal::start(_validator);
    inf.init(stdin, _input);
    inf.strict = true;
}

TESTLIB_COLD inline void registerValidation(int argc, char *argv[]) {
    registerValidation();
    testlib_internal::files_of(argc, argv);
}

TESTLIB_COLD inline void registerGen(int argc, char *argv[], int version) {
    if (version < 0 || version > 1)
        quit(_fail, "Random generator version is expected to be 0 or 1.");
    testlib_internal::start(_generator);
    rnd.low_bits = version == 0 ? 31 : 32;
    rnd.setSeed(argc, argv);
}

// Swap elements by `rnd`, so that the order is the same with every compiler.
template <typename Iterator> inline void shuffle(Iterator first, Iterator last) {
    if (first == last)
        return;
    for (Iterator each = first + 1; each != last; ++each)
        std::iter_swap(each, first + rnd.next(int(each - first) + 1));
}

// ---------------------------------------------------------------------------------------------------------------
// println: values with spaces between them, the end of the line, and a flush, which an interactor needs

namespace testlib_internal {

template <typename T> struct IsRange {
    template <typename U> static std::true_type test(typename U::const_iterator *);
    template <typename U> static std::false_type test(...);
    static const bool value = decltype(test<T>(nullptr))::value && !std::is_same<T, std::string>::value;
};

template <typename T> struct IsIterator {
    template <typename U> static std::true_type test(typename U::iterator_category *);
    template <typename U> static std::false_type test(...);
    static const bool value = decltype(test<T>(nullptr))::value;
};

template <typename T> struct IsIterator<T *> {
    static const bool value = !std::is_same<typename std::remove_cv<T>::type, char>::value;
};

template <typename T> typename std::enable_if<!IsRange<T>::value>::type print_value(const T &value) {
    std::cout << value;
}

template <typename T> typename std::enable_if<IsRange<T>::value>::type print_value(const T &values) {
    bool first = true;
    for (const auto &value : values) {
        if (!first)
            std::cout << ' ';
        first = false;
        std::cout << value;
    }
}

inline void print_values() {}

template <typename T, typename... Others> void print_values(const T &value, const Others &...others) {
    std::cout << ' ';
    print_value(value);
    print_values(others...);
}

template <bool range> struct Printed {
    template <typename A, typename B> static void two(const A &a, const B &b) {
        print_value(a);
        print_values(b);
    }
};

template <> struct Printed<true> {
    template <typename A, typename B> static void two(const A &begin, const B &end) {
        for (B each = B(begin); each != end; ++each) {
            if (each != B(begin))
                std::cout << ' ';
            print_value(*each);
        }
    }
};

}  // namespace testlib_internal

template <typename T> inline void println(const T &value) {
    testlib_internal::print_value(value);
    std::cout << std::endl;
}

template <typename A, typename B> inline void println(const A &a, const B &b) {
    testlib_internal::Printed<testlib_internal::IsIterator<typename std::decay<B>::type>::value>::two(a, b);
    std::cout << std::endl;
}

template <typename A, typename B, typename C, typename... Others>
inline void println(const A &a, const B &b, const C &c, const Others &...others) {
    testlib_internal::print_value(a);
    testlib_internal::print_values(b, c, others...);
    std::cout << std::endl;
}

// ---------------------------------------------------------------------------------------------------------------
// A program that ends without a word has failed. This object is the last, so the streams still live when it ends.

namespace testlib_internal {

struct Guard {
    TESTLIB_COLD ~Guard() {
        if (!state.guarded || state.ended)
            return;
        if (!state.registered)
            quit(_fail, "Call register-function in the first line of the main (registerTestlibCmd or other similar)");
        if (testlibMode == _checker)
            quit(_fail, "Checker must end with quit or quitf call.");
        if (testlibMode == _validator)
            quit(_fail, "Validator must end with readEof call.");
    }
};

Guard guard;

}  // namespace testlib_internal

#endif
